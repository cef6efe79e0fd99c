import { pathToFileURL } from 'node:url';
import { compile } from '../src/bloblang/index.ts';
import type { Definition } from '../src/bloblang/stdlib/definition.ts';
import { EXTENDED_DEFINITIONS } from '../src/bloblang/stdlib/registry-extended.ts';
import { LIBRARY_DEFINITIONS } from '../src/bloblang/stdlib/registry-library.ts';
import { printMachine } from './measure.ts';

// `node bench/bloblang-built-ins.bench.ts [CHECKOUT [NAME]]`: what one call of each built-in for texts, patterns and times costs, in
// nanoseconds of CPU. With another checkout of this repository, its figures are shown beside ours, measured alternately in the same
// process. NAME, the beginning of a name, selects some of them.

const event = {
  id: 'C-2026-004711',
  name: '  Acme & Sons: 400 widgets  ',
  email: 'purchasing@acme.example',
  phone: '+41 (0)44 123 45-67',
  site: 'https://www.acme.example/widgets?ref=sf',
  street: 'Bahnhofstraße 7, Zürich',
  at: '2026-11-28T19:06:52.000Z',
  there: '2026-11-28T20:06:52+01:00',
  day: '28/Nov/2026:19:06:52',
  seconds: 1764356812,
  amount: 125000.5,
  count: 400,
  layout: '2006-01-02T15:04:05Z07:00',
  format: '%Y-%m-%d',
  pattern: '[0-9]+',
  description:
    'A long-standing customer wants four hundred widgets, delivered in two parts; legal has asked for a change to the warranty clause.',
  line: { sku: 'WID-100', quantity: 300, price: 280.5, tags: ['open', 'new'] },
};

const EXPRESSIONS = String.raw`
this.name.trim()
this.street.trim()
this.email.trim("pe")
this.id.trim_prefix("C-")
this.id.trim_suffix("711")
this.name.replace_all("&", "and")
this.description.replace_all("zz", "and")
this.name.replace_all_many(["&", "and", ":", ","])
this.email.uppercase()
this.street.lowercase()
this.id.split("-")
this.description.contains("warranty")
"%s %s by %s".format(this.id, this.email, this.phone)
"%v: %d of %.2f".format(this.id, this.count, this.amount)
"%05d|%-8s|%x".format(this.count, this.id, this.count)
this.line.format_json()
this.line.format_json(no_indent: true)
this.line.format_yaml()
this.line.format_msgpack()
this.id.re_match("2026")
this.id.re_match("^C-")
this.email.re_match("^[^@ ]+@[^@ ]+$")
this.id.re_match("^[A-Z]-\\d{4}-\\d{6}$")
this.description.re_match("(?i)WARRANTY")
this.description.re_match("warrant(y|ies)|guarantee")
this.phone.re_replace_all("[^0-9+]", "")
this.description.re_replace_all("\\s+", " ")
this.description.re_replace_all("(\\w+)-(\\w+)", "$2-$1")
this.site.re_find_all("[a-z0-9.-]+\\.[a-z]{2,}")
this.phone.re_find_all("[0-9]+")
this.phone.re_find_all(this.pattern)
this.id.re_find_object("(?P<year>\\d{4})-(?P<number>\\d+)")
this.phone.re_find_all_object("(?P<digits>[0-9]+)")
this.phone.re_find_all_submatch("([0-9])([0-9]*)")
this.seconds.ts_format("2006-01-02T15:04:05Z07:00", "UTC")
this.seconds.ts_format()
this.seconds.ts_format(this.layout, "UTC")
this.seconds.ts_format("2006-01-02 15:04:05", "Europe/Berlin")
this.seconds.ts_format("Mon, 02 Jan 2006 15:04:05 MST")
this.at.ts_parse("2006-01-02T15:04:05Z07:00")
this.there.ts_parse("2006-01-02T15:04:05Z07:00")
this.day.ts_parse("02/Jan/2006:15:04:05")
this.at.ts_parse("2006-01-02T15:04:05Z07:00").ts_unix()
this.seconds.ts_strftime("%Y-%m-%d", "UTC")
this.seconds.ts_strftime("%a, %d %b %Y %H:%M:%S %z")
this.seconds.ts_strftime(this.format, "UTC")
this.day.ts_strptime("%d/%b/%Y:%H:%M:%S")
this.at.ts_unix()
this.at.ts_unix_milli()
this.seconds.ts_tz("Europe/Berlin")
this.at.ts_round(1000000000)
this.at.ts_sub(this.there)
this.at.ts_add_iso8601("P1M2DT3H")
`
  .trim()
  .split('\n');

interface Engine {
  readonly compile: typeof compile;
  readonly definitions: readonly Definition[];
}

async function engineOf(checkout: string): Promise<Engine> {
  const at = (file: string): string => pathToFileURL(`${checkout}/src/bloblang/${file}`).href;
  const front = await import(at('index.ts'));
  const extended = await import(at('stdlib/registry-extended.ts'));
  const library = await import(at('stdlib/registry-library.ts'));
  return {
    compile: front.compile,
    definitions: [...extended.EXTENDED_DEFINITIONS, ...library.LIBRARY_DEFINITIONS],
  };
}

/** Runs the expression; the cost of the run itself is subtracted by measuring a run of `this.id`. */
function runner({ compile, definitions }: Engine, expression: string): () => void {
  const compiled = compile(`root = ${expression}`, { definitions });
  if (!compiled.ok) throw new Error(`${expression}: ${compiled.diagnostics[0].text}`);
  const { program } = compiled;
  const outcome = program.run(event);
  if (outcome.kind === 'error') throw new Error(`${expression}: ${outcome.error}`);
  return () => {
    program.run(event);
  };
}

const ROUNDS = 5;
const ROUND_MS = 40;
const BATCH = 100;

/** Nanoseconds of CPU per call of each, the best of alternating rounds. */
function measured(runs: readonly (() => void)[]): number[] {
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, run] of runs.entries()) {
      let calls = 0;
      const before = process.cpuUsage();
      for (const until = performance.now() + ROUND_MS; performance.now() < until; calls += BATCH) {
        for (let i = 0; i < BATCH; i += 1) run();
      }
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (round > 0) best[index] = Math.min(best[index] ?? 0, ((user + system) * 1_000) / calls);
    }
  }
  return best;
}

const [checkout, only = ''] = process.argv.slice(2);
const engines: Engine[] = [{ compile, definitions: [...EXTENDED_DEFINITIONS, ...LIBRARY_DEFINITIONS] }];
if (checkout !== undefined) engines.push(await engineOf(checkout));

printMachine();
const empty = measured(engines.map((engine) => runner(engine, 'this.id')));
console.log(
  `\n${'ns of CPU'.padEnd(70)} ${'here'.padStart(8)} ${checkout === undefined ? '' : '   there   times'}`,
);
for (const expression of EXPRESSIONS) {
  if (!expression.includes(`.${only}`)) continue;
  const [here = 0, there] = measured(engines.map((engine) => runner(engine, expression))).map((ns, index) =>
    Math.max(ns - (empty[index] ?? 0), 1),
  );
  const beside =
    there === undefined ? '' : `${there.toFixed(0).padStart(8)} ${(there / here).toFixed(2).padStart(7)}`;
  console.log(`${expression.padEnd(70)} ${here.toFixed(0).padStart(8)} ${beside}`);
}
