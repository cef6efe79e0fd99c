// Attacks that a stranger might try, each with the defence that must stop it. A test checks the defence, and a script
// prints the milliseconds.

import { gzipSync } from 'node:zlib';
import { compile, type LimitName, type Value } from '../../src/bloblang/index.ts';
import { ALL_DEFINITIONS } from './scoring.ts';

export type Stop =
  /** The named limit ended the run. */
  | { readonly by: 'limit'; readonly limit: LimitName }
  /** The compiler refuses the mapping with a message that contains this. */
  | { readonly by: 'compiler'; readonly message: string }
  /** An ordinary error of the language; its text contains this. */
  | { readonly by: 'error'; readonly message: string }
  /** The attempt is harmless and returns this as JSON. */
  | { readonly by: 'nothing'; readonly output: string };

export interface Attempt {
  readonly what: string;
  readonly mapping: string;
  readonly input?: unknown;
  readonly stop: Stop;
}

const limit = (name: LimitName): Stop => ({ by: 'limit', limit: name });
const compiler = (message: string): Stop => ({ by: 'compiler', message });
const failing = (message: string): Stop => ({ by: 'error', message });
const harmless = (output: string): Stop => ({ by: 'nothing', output });

/** Nested arrays, deeper than any traversal may go. */
function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

const doubling = Array.from({ length: 60 }, () => 'root = [root, root]').join('\n');
const growing = Array.from({ length: 60 }, () => 'let s = $s + $s').join('\n');

/** Nine of nine of nine …: a few hundred characters that expand to millions of values. */
const aliases = Array.from({ length: 9 }, (_, level) => {
  const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(',');
  return `a${level}: &a${level} [${items}]`;
}).join('\n');
const entities = `<!DOCTYPE r [${Array.from({ length: 9 }, (_, level) => `<!ENTITY e${level} "${(level === 0 ? 'x' : `&e${level - 1};`).repeat(9)}">`).join('')}]><r>&e8;</r>`;

function wide(keys: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, index]));
}

export const ATTEMPTS: readonly Attempt[] = [
  // time
  {
    what: 'endless recursion',
    mapping: 'map m { root = this.apply("m") }\nroot = this.apply("m")',
    stop: failing('exceeded maximum allowed stacks'),
  },
  {
    what: 'recursion that branches',
    mapping: 'map m { root = [this.apply("m").catch(1), this.apply("m").catch(2)] }\nroot = this.apply("m")',
    stop: limit('steps'),
  },
  {
    what: 'recursion that catches its own end',
    mapping: 'map m { root = this.apply("m").catch(this.apply("m")) }\nroot = this.apply("m")',
    stop: limit('steps'),
  },
  {
    what: 'loops within loops',
    mapping: 'root = range(0, 1000).map_each(a -> range(0, 1000).map_each(b -> range(0, 1000)))',
    stop: limit('allocatedBytes'),
  },
  {
    what: 'loops within loops that keep nothing',
    mapping: 'root = range(0, 1000).map_each(a -> range(0, 1000).filter(b -> false).length())',
    stop: limit('steps'),
  },
  {
    what: 'a bound caught to go on',
    mapping: 'root = range(0, 1000).map_each(a -> range(0, 1000).map_each(b -> b + 1)).catch("still here")',
    stop: limit('steps'),
  },
  {
    what: 'a bound hidden by |',
    mapping: 'root = range(0, 1000).map_each(a -> range(0, 1000).map_each(b -> b + 1)) | "still here"',
    stop: limit('steps'),
  },
  {
    what: 'sorting with a costly comparison',
    mapping: 'root = range(0, 100000).sort(left > right)',
    stop: limit('steps'),
  },
  {
    what: 'a regular expression that backtracks',
    mapping: 'root = this.s.re_match("^(a+)+$")',
    input: { s: `${'a'.repeat(50_000)}!` },
    stop: harmless('false'),
  },
  {
    what: 'a regular expression that grows when compiled',
    mapping: 'root = "x".re_match("((((a{100}){100}){100}){100}){100}")',
    stop: compiler('error parsing regexp'),
  },
  {
    what: 'a regular expression from the event',
    mapping: 'root = "x".re_match(this.p)',
    input: { p: '(((a{30}){30}){30}){30}' },
    stop: failing('error parsing regexp'),
  },
  {
    what: 'comparing a value with itself that is shared a thousand times over',
    mapping: `root = [1]\n${Array.from({ length: 40 }, () => 'root = [root, root]').join('\n')}\nlet same = root == root\nroot = $same`,
    stop: limit('steps'),
  },
  // memory
  { what: 'a string repeated', mapping: 'root = "x".repeat(999999999999)', stop: limit('stringBytes') },
  {
    what: 'a string repeated by repeats',
    mapping: 'root = range(0, 1000).map_each(x -> "x".repeat(1000000))',
    stop: limit('allocatedBytes'),
  },
  {
    what: 'a string doubled',
    mapping: `let s = "xxxxxxxx"\n${growing}\nroot = $s`,
    stop: limit('stringBytes'),
  },
  {
    what: 'a string folded onto itself',
    mapping: 'root = range(0, 100).fold("x", item -> item.tally + item.tally)',
    stop: limit('stringBytes'),
  },
  {
    what: 'a string joined',
    mapping: 'root = range(0, 100000).map_each(x -> this.s).join("")',
    input: { s: 'x'.repeat(10_000) },
    stop: limit('stringBytes'),
  },
  {
    what: 'a replacement that grows',
    mapping: 'let s = "a".repeat(100000)\nroot = $s.replace_all("a", $s)',
    stop: limit('stringBytes'),
  },
  {
    what: 'a replacement between all characters',
    mapping: 'let s = "a".repeat(100000)\nroot = $s.replace_all("", $s)',
    stop: limit('stringBytes'),
  },
  {
    what: 'a regular replacement that grows',
    mapping: 'let s = "a".repeat(100000)\nroot = $s.re_replace_all("a", $s)',
    stop: limit('stringBytes'),
  },
  {
    what: 'padding by a format',
    mapping: 'root = "%999999999d".format(1)',
    stop: harmless('"%!9(int64=1)d"'),
  },
  { what: 'an array of a billion', mapping: 'root = range(0, 1000000000)', stop: limit('arrayLength') },
  { what: 'bytes of a billion', mapping: 'root = bytes(1000000000)', stop: limit('stringBytes') },
  {
    what: 'an array doubled',
    mapping: 'root = range(0, 60).fold([1], item -> item.tally.concat(item.tally))',
    stop: limit('arrayLength'),
  },
  {
    what: 'a value shared by doubling, written out',
    mapping: `root = "x"\n${doubling}`,
    stop: limit('allocatedBytes'),
  },
  {
    what: 'the same, as text',
    mapping: `root = "x"\n${doubling}\nroot = root.string()`,
    stop: limit('allocatedBytes'),
  },
  {
    what: 'a value nested deep, step by step',
    mapping: 'root = range(0, 5000).fold([], item -> [item.tally])',
    stop: limit('valueDepth'),
  },
  {
    what: 'an event nested deep',
    mapping: 'root = {"copy": this}',
    input: nest(5_000),
    stop: limit('valueDepth'),
  },
  {
    what: 'an event nested deep, walked',
    mapping: 'root = this.string()',
    input: nest(5_000),
    stop: limit('valueDepth'),
  },
  {
    what: 'text that parses to something deep',
    mapping: 'root = ("[".repeat(100000)).parse_json()',
    stop: limit('valueDepth'),
  },
  {
    what: 'a small archive of a large file',
    mapping: 'root = this.z.decode("base64").decompress("gzip").length()',
    input: { z: gzipSync(new Uint8Array(64 * 1024 * 1024)).toString('base64') },
    stop: limit('decompressedBytes'),
  },
  {
    what: 'YAML aliases of aliases',
    mapping: 'root = this.y.parse_yaml()',
    input: { y: aliases },
    stop: failing('failed to parse value as YAML'),
  },
  {
    what: 'XML entities of entities',
    mapping: 'root = this.x.parse_xml()',
    input: { x: entities },
    stop: failing(''),
  },
  {
    what: 'a failing parse of a long text, caught a thousand times',
    mapping: 'root = range(0, 1000).map_each(x -> this.s.ts_unix().catch(0))',
    input: { s: 'é'.repeat(500_000) },
    stop: limit('steps'),
  },
  {
    what: 'looking for an object among big ones',
    mapping: 'root = this.all.contains(this.one)',
    input: { all: Array.from({ length: 20_000 }, (_, a) => ({ a })), one: wide(20_000) },
    stop: limit('steps'),
  },
  {
    what: 'a password hash that is costly',
    mapping: 'root = "x".compare_bcrypt("$2a$31$Dtnt5NNzVtMCOZONT705tOcS8It6krJX8bEjnDJnwxiFKsz1C.3Ay")',
    stop: failing('above the allowed'),
  },
  // source
  {
    what: 'a mapping of a megabyte',
    mapping: `root = "${'x'.repeat(1_000_000)}"`,
    stop: compiler('limit sourceLength'),
  },
  {
    what: 'ten thousand brackets',
    mapping: `root = ${'('.repeat(10_000)}1${')'.repeat(10_000)}`,
    stop: compiler('limit nesting'),
  },
  { what: 'ten thousand arrays', mapping: `root = ${'['.repeat(10_000)}`, stop: compiler('limit nesting') },
  { what: 'ten thousand blocks', mapping: 'if true {\n'.repeat(10_000), stop: compiler('limit nesting') },
  {
    what: 'ten thousand methods in a row',
    mapping: `root = this${'.string()'.repeat(10_000)}`,
    stop: compiler('limit nesting'),
  },
  {
    what: 'ten thousand negations',
    mapping: `root = ${'!('.repeat(10_000)}`,
    stop: compiler('limit nesting'),
  },
  { what: 'ten thousand additions', mapping: `root = 1${' + 1'.repeat(10_000)}`, stop: harmless('10001') },
  {
    what: 'ten thousand segments',
    mapping: `root = this${'.a'.repeat(10_000)}`,
    input: {},
    stop: harmless('null'),
  },
  {
    what: 'a number of a thousand digits',
    mapping: `root = ${'9'.repeat(1_000)}`,
    stop: compiler('out of range'),
  },
  // reach
  { what: 'the prototype by path', mapping: 'root = this.__proto__', input: {}, stop: harmless('null') },
  {
    what: 'the constructor by path',
    mapping: 'root = this.constructor.constructor',
    input: {},
    stop: harmless('null'),
  },
  {
    what: 'methods of strings by path',
    mapping: 'root = [this.s.length, this.s.at, this.s.0]',
    input: { s: 'abc' },
    stop: harmless('[null,null,null]'),
  },
  {
    what: 'fields of our own classes',
    mapping: 'root = [5.0.value, (6 / 2).value, deleted().name]',
    stop: harmless('[null,null,null]'),
  },
  {
    what: 'writing to the prototype',
    mapping: 'root.__proto__.polluted = true\nroot = [root.polluted, {}.polluted, this.polluted]',
    input: {},
    stop: harmless('[null,null,null]'),
  },
  {
    what: 'a key named like the prototype',
    mapping: 'root = {"__proto__": {"polluted": true}}.polluted',
    stop: harmless('null'),
  },
  {
    what: 'merging a prototype in',
    mapping: 'root = {}.merge(this).polluted',
    input: JSON.parse('{"__proto__":{"polluted":true}}'),
    stop: harmless('null'),
  },
  {
    what: 'exploding a prototype in',
    mapping: 'root = {"a": {"x": 1}}.explode("__proto__").polluted',
    stop: failing('expected array or object value'),
  },
  {
    what: 'the environment',
    mapping: 'root = env("AWS_SECRET_ACCESS_KEY")',
    stop: compiler('left out of this engine'),
  },
  { what: 'a file', mapping: 'root = file("/etc/passwd")', stop: compiler('left out of this engine') },
  {
    what: 'a file by import',
    mapping: 'import "/etc/passwd"\nroot = this',
    stop: compiler('imports are disabled'),
  },
  { what: 'the host name', mapping: 'root = hostname()', stop: compiler('left out of this engine') },
  {
    what: 'a mapping made by the mapping',
    mapping: 'root = this.bloblang("root = this")',
    stop: compiler('left out of this engine'),
  },
  {
    what: 'a schema from elsewhere',
    mapping: 'root = this.json_schema("""{"$ref":"http://169.254.169.254/latest/meta-data"}""")',
    input: {},
    stop: compiler('leads out of the schema'),
  },
];

export interface Observation {
  readonly stop: Stop;
  readonly text: string;
  readonly milliseconds: number;
}

export function attempt({ mapping, input = null }: Attempt): Observation {
  // Measures processor time, which other work on the machine does not affect.
  const start = process.cpuUsage();
  const observed = (stop: Stop, text: string): Observation => {
    const { user, system } = process.cpuUsage(start);
    return { stop, text, milliseconds: (user + system) / 1_000 };
  };
  const compiled = compile(mapping, { definitions: ALL_DEFINITIONS });
  if (!compiled.ok) {
    const { text } = compiled.diagnostics[0];
    return observed({ by: 'compiler', message: text }, text);
  }
  const outcome = compiled.program.run(input as Value);
  if (outcome.kind === 'error') {
    return observed(
      outcome.limit === undefined
        ? { by: 'error', message: outcome.error }
        : { by: 'limit', limit: outcome.limit },
      outcome.error,
    );
  }
  const output = outcome.kind === 'output' ? JSON.stringify(outcome.value) : outcome.kind;
  return observed({ by: 'nothing', output }, output);
}

/** Whether the observation matches the expectation. */
export function isAsExpected(expected: Stop, seen: Stop): boolean {
  if (expected.by === 'limit') return seen.by === 'limit' && seen.limit === expected.limit;
  if (expected.by === 'nothing') return seen.by === 'nothing' && seen.output === expected.output;
  return seen.by === expected.by && 'message' in seen && seen.message.includes(expected.message);
}
