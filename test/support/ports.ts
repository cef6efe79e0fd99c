import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Reads a file of the tree; undefined if it does not exist. The path is relative to the root. */
export type ReadSource = (path: string) => string | undefined;

export interface Port {
  /** Such as `DeliveryStore`. */
  readonly name: string;
  readonly path: string;
}

/**
 * The ports that a file declares: exported interfaces with methods. An interface that another declaration of the file names is
 * left out: it is a part of that port, as a stream is part of the port that opens it.
 */
export function portsOf(path: string, text: string): Port[] {
  const { statements } = parse(path, text);
  return statements
    .filter(ts.isInterfaceDeclaration)
    .filter(
      (declared) =>
        declared.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true &&
        declared.members.some(ts.isMethodSignature) &&
        !statements.some((other) => other !== declared && names(other, declared.name.text)),
    )
    .map((declared) => ({ name: declared.name.text, path }));
}

/** The names of the interfaces that the file's classes implement. */
function implementedIn(path: string, text: string): string[] {
  // Most files need not be parsed.
  if (!text.includes(' implements ')) return [];
  return parse(path, text)
    .statements.filter(ts.isClassDeclaration)
    .flatMap((declared) => declared.heritageClauses ?? [])
    .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
    .flatMap(({ types }) => types.map(({ expression }) => expression.getText()));
}

type ImportsOf = (path: string) => readonly string[];

/** Finds the files of the tree that a file imports; looks at each file once. */
function makeImportsOf(read: ReadSource): ImportsOf {
  const known = new Map<string, readonly string[]>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const imports = ts
      .preProcessFile(read(path) ?? '')
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => join(dirname(path), fileName));
    known.set(path, imports);
    return imports;
  };
}

/** The file, its imports, and their imports. */
function reachedFrom(path: string, importsOf: ImportsOf): Set<string> {
  const reached = new Set<string>([path]);
  for (const next of reached) for (const imported of importsOf(next)) reached.add(imported);
  return reached;
}

/** Where ports are declared; the other storeys use them. */
const PORTS_STAND_IN = ['src/base/', 'src/domain/'];
const STOREYS_WITHOUT_PORTS = ['src/pipeline/', 'src/management/'];

/** Violations, as sentences: a port outside these folders, or without a contract that all of its implementations run. */
export function contractFaults(files: readonly string[], read: ReadSource): string[] {
  const sources = files.flatMap((path) => {
    const text = read(path);
    return text === undefined ? [] : [{ path, text }];
  });
  const implementations = sources
    .filter(({ path }) => /^(src|functions|local|test)\//.test(path))
    .flatMap(({ path, text }) => implementedIn(path, text).map((port) => ({ port, path })));
  const importsOf = makeImportsOf(read);
  const portsIn = (folders: readonly string[]) =>
    sources
      .filter(({ path }) => folders.some((folder) => path.startsWith(folder)) && !path.endsWith('.test.ts'))
      .flatMap(({ path, text }) => portsOf(path, text));
  const misplaced = portsIn(STOREYS_WITHOUT_PORTS).map(
    ({ name, path }) => `${path}: expected ${name}, a port, to stand in ${PORTS_STAND_IN.join(' or ')}`,
  );
  const unheld = portsIn(PORTS_STAND_IN).flatMap(({ name, path }) => {
    const contract = `test/contracts/${kebabCase(name)}`;
    if (!files.includes(`${contract}.contract.ts`)) {
      return [`${path}: expected ${contract}.contract.ts, which says what ${name} promises`];
    }
    const reached = reachedFrom(`${contract}.test.ts`, importsOf);
    if (!reached.has(`${contract}.contract.ts`)) {
      return [`${path}: expected ${contract}.test.ts to run the contract of ${name}`];
    }
    return implementations
      .filter((implementation) => implementation.port === name && !reached.has(implementation.path))
      .map((implementation) => `${implementation.path}: expected ${contract}.test.ts to run it`);
  });
  return [...misplaced, ...unheld];
}

function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function names(node: ts.Node, name: string): boolean {
  if (ts.isTypeReferenceNode(node) && node.typeName.getText() === name) return true;
  return ts.forEachChild(node, (child) => names(child, name) || undefined) === true;
}
