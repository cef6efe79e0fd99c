// JavaScript functions that make something of any text: 3 March of 31 February, 0 of nothing, bytes of invalid base64.
// src/base judges what comes from outside (docs/input.md); elsewhere this check finds the calls by the types of their
// arguments.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface LenientUse {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Bloblang's methods follow the rules of their language; a client library may not import src/base. */
const SCOPE = /^(?:src\/(?!base\/|bloblang\/)|(?:functions|cli|local|lib|bin|simulators)\/)/;
const EVIDENCE = /\.(?:test|contract)\.ts$/;

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['Date.parse', 'src/base/calendar.ts or src/base/http-date.ts'],
  ['parseInt', 'src/base/whole-number.ts'],
  ['parseFloat', 'src/base/whole-number.ts'],
  ['Number.parseInt', 'src/base/whole-number.ts'],
  ['Number.parseFloat', 'src/base/whole-number.ts'],
  ['decodeURIComponent', 'src/base/percent.ts'],
  ['decodeURI', 'src/base/percent.ts'],
  ['atob', 'src/base/base64.ts'],
]);
/** Rows of our own stores have no types; settings and the stack match a pattern first, and may import nothing from src/base. */
const NUMBERS_OF_TEXT = /^(?:src\/(?:adapters|settings)|lib)\//;
/** Right for numbers, wrong for texts. */
const OF_NO_TEXT: ReadonlyMap<string, string> = new Map([
  ['Number', 'src/base/whole-number.ts'],
  ['BigInt', 'src/base/whole-number.ts'],
  ['Date', 'src/base/calendar.ts'],
]);
const NONE: ReadonlyMap<string, string> = new Map();
const ENCODINGS = ['base64', 'base64url'];

/** Every use of them in these files, which together form a program. */
export function lenientUses(
  root: string,
  files: readonly string[],
  options: ts.CompilerOptions,
): LenientUse[] {
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const found: LenientUse[] = [];
  for (const source of program.getSourceFiles()) {
    const file = relative(root, source.fileName);
    if (!SCOPE.test(file) || EVIDENCE.test(file)) continue;
    const ofNoText = NUMBERS_OF_TEXT.test(file) ? NONE : OF_NO_TEXT;
    const visit = (node: ts.Node): void => {
      const what = fault(node, checker, ofNoText);
      if (what !== undefined) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push({ file, line: line + 1, what });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function fault(
  node: ts.Node,
  checker: ts.TypeChecker,
  ofNoText: ReadonlyMap<string, string>,
): string | undefined {
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
    // Wherever the name occurs, not only in calls: `map(parseFloat)`.
    const name = node.getText();
    const home = FORBIDDEN.get(name);
    return home === undefined || !isBuiltIn(node, checker) ? undefined : `${name}: use ${home}`;
  }
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const name = node.expression.getText();
  const [first, second] = node.arguments ?? [];
  const home = ofNoText.get(name);
  if (home !== undefined && first !== undefined && mayBeText(checker.getTypeAtLocation(first))) {
    return `${name} of a text: use ${home}`;
  }
  for (const each of node.arguments ?? []) {
    if (ofNoText.has(each.getText()) && takesText(each as ts.Expression, checker))
      return `${each.getText()} for texts: use src/base/whole-number.ts`;
  }
  if (name !== 'Buffer.from' || second === undefined) return undefined;
  const encodings = partsOf(checker.getTypeAtLocation(second)).map((type) =>
    type.isStringLiteral() ? type.value : '',
  );
  const lenient = encodings.find((encoding) => ENCODINGS.includes(encoding));
  return lenient === undefined ? undefined : `Buffer.from of ${lenient}: use src/base/base64.ts`;
}

/** Excludes our own functions of that name, and the last part of a longer name. */
function isBuiltIn(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return false;
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.some((declaration) => declaration.getSourceFile().isDeclarationFile);
}

function mayBeText(type: ts.Type): boolean {
  const TEXT = ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown;
  return partsOf(type).some(({ flags }) => (flags & TEXT) !== 0);
}

/** Whether the function is passed on to be called with texts. */
function takesText(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const signatures = checker.getContextualType(node)?.getCallSignatures() ?? [];
  return signatures.some(({ parameters: [parameter] }) => {
    return parameter !== undefined && mayBeText(checker.getTypeOfSymbolAtLocation(parameter, node));
  });
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const config = ts.getParsedCommandLineOfConfigFile(
    fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  const files = (config?.fileNames ?? []).filter((file) => SCOPE.test(relative(root, file)));
  if (config === undefined || files.length === 0) throw new Error('expected files to look at, found none');
  const found = lenientUses(root, files, config.options);
  for (const { file, line, what } of found) console.error(`${file}:${line}: ${what}`);
  if (found.length > 0) process.exitCode = 1;
  else console.log(`${files.length} files`);
}
