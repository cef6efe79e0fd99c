import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StoredLine {
  readonly group: string;
  readonly id: string;
  readonly atMs: number;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * CloudWatch Logs over HTTP, as far as Sluice uses it. It speaks the service's own protocol and has its own parser for
 * queries and filter patterns, so a text with another meaning finds something else. It refuses whatever it does not
 * understand, as the service does.
 */
export class FakeCloudWatchLogs {
  readonly requests: { readonly action: string; readonly body: Fields }[] = [];
  /** How many times a query is `Running` before it is `Complete`. */
  runningLooks = 1;
  /** By action: the error to answer with instead. */
  readonly failures = new Map<string, string>();
  /** The most events a page of FilterLogEvents holds, whatever the request allows. */
  pageMax = 10_000;
  readonly #lines: StoredLine[] = [];
  readonly #queries = new Map<string, { looks: number; stopped: boolean; readonly body: Fields }>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeCloudWatchLogs> {
    const server = createServer();
    const fake = new FakeCloudWatchLogs(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const action = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Fields;
        fake.requests.push({ action, body });
        const answer = fake.#answer(action, body);
        response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(group: string, text: string): void {
    const atMs = Date.parse(String((JSON.parse(text) as Fields)['timestamp']));
    this.#lines.push({ group, id: String(this.#lines.length).padStart(20, '3'), atMs, text });
  }

  #answer(action: string, body: Fields): { readonly status: number; readonly body: object } {
    const failure = this.failures.get(action);
    if (failure !== undefined) return { status: 400, body: { __type: failure, message: failure } };
    try {
      switch (action) {
        case 'StartQuery': {
          const queryId = `q-${this.#queries.size}`;
          // Refuses at once what it cannot run.
          this.#run(body);
          this.#queries.set(queryId, { looks: 0, stopped: false, body });
          return { status: 200, body: { queryId } };
        }
        case 'GetQueryResults': {
          const query = this.#queries.get(String(body['queryId']));
          if (query === undefined) throw new Error('no such query');
          query.looks += 1;
          const status = query.looks > this.runningLooks ? 'Complete' : 'Running';
          return { status: 200, body: { status, ...this.#run(query.body) } };
        }
        case 'StopQuery': {
          const query = this.#queries.get(String(body['queryId']));
          if (query !== undefined) query.stopped = true;
          return { status: 200, body: { success: true } };
        }
        case 'FilterLogEvents':
          return { status: 200, body: this.#filter(body) };
        default:
          throw new Error(`no such action ${action}`);
      }
    } catch (error) {
      return { status: 400, body: { __type: 'MalformedQueryException', message: String(error) } };
    }
  }

  #run(body: Fields) {
    const groups = body['logGroupNames'] as string[];
    const from = Number(body['startTime']) * 1_000;
    const until = Number(body['endTime']) * 1_000 + 999;
    const inSpan = this.#lines.filter(
      ({ group, atMs }) => groups.includes(group) && atMs >= from && atMs <= until,
    );
    const rows = runInsights(
      String(body['queryString']),
      inSpan.map(({ text, atMs }) => ({ '@message': text, '@timestamp': atMs })),
    );
    return {
      results: rows.map((row) =>
        Object.entries(row).flatMap(([field, value]) =>
          value === undefined ? [] : [{ field, value: String(value) }],
        ),
      ),
      statistics: { bytesScanned: inSpan.reduce((sum, { text }) => sum + text.length, 0) },
    };
  }

  #filter(body: Fields) {
    const condition = new PatternParser(String(body['filterPattern'])).parse();
    const start = Number(body['nextToken'] ?? 0);
    const max = Math.min(Number(body['limit']), this.pageMax);
    const found = this.#lines
      .filter(
        ({ group, atMs, text }) =>
          group === body['logGroupName'] &&
          atMs >= Number(body['startTime']) &&
          atMs <= Number(body['endTime']) &&
          condition(JSON.parse(text) as Fields),
      )
      .sort((one, other) => one.atMs - other.atMs);
    const page = found.slice(start, start + max);
    return {
      events: page.map(({ id, atMs, text }) => ({ eventId: id, timestamp: atMs, message: `${text}\n` })),
      ...(start + max < found.length && { nextToken: String(start + max) }),
    };
  }
}

type Condition = (fields: Fields) => boolean;

/** The part of the Logs Insights language supported here: `fields`, `filter … like`, `parse`, `stats … by`, `sort`, `limit`. */
function runInsights(query: string, lines: readonly Fields[]): Record<string, unknown>[] {
  let rows: Fields[] = [...lines];
  let shown: string[] = [];
  for (const command of splitCommands(query)) {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/s.exec(command) ?? [];
    if (name === 'fields') {
      shown = rest.split(',').map((field) => field.trim());
      const [, from = '', less = '', as = ''] =
        /^toMillis\((@\w+)\) - (\w+) as (\w+)$/.exec(rest.trim()) ?? [];
      if (as !== '') {
        shown = [as];
        rows = rows.map((row) =>
          row[less] === undefined ? row : { ...row, [as]: Number(row[from]) - Number(row[less]) },
        );
      }
    } else if (name === 'parse') {
      const [, field = '', source = ''] = /^(@\w+) \/((?:[^/\\]|\\.)*)\/\s*$/.exec(rest) ?? [];
      if (!source.includes('(?<')) throw new Error(`not understood: ${command}`);
      const pattern = new RegExp(source, 'u');
      rows = rows.map((row) => ({ ...row, ...pattern.exec(String(row[field]))?.groups }));
    } else if (name === 'stats') {
      [rows, shown] = runStats(rows, rest);
    } else if (name === 'filter') {
      const match = /^(@\w+) like \/((?:[^/\\]|\\.)*)\/\s*$/.exec(rest);
      if (match === null) throw new Error(`not understood: ${command}`);
      const [, field = '', source = ''] = match;
      const pattern = new RegExp(source, 'u');
      rows = rows.filter((row) => pattern.test(String(row[field])));
    } else if (name === 'limit') rows = rows.slice(0, Number(rest));
    else if (name === 'sort') {
      const [field = '', direction] = rest.trim().split(/\s+/);
      const sign = direction === 'desc' ? -1 : 1;
      rows = rows.toSorted((one, other) => sign * (Number(one[field]) - Number(other[field])));
    } else throw new Error(`not understood: ${command}`);
  }
  return rows.map((row) => Object.fromEntries(shown.map((field) => [field, row[field]])));
}

function runStats(rows: readonly Fields[], text: string): [Fields[], string[]] {
  const [figures = '', groups = ''] = text.split(' by ');
  const by = groups.split(',').map((each) => {
    const name = each.trim();
    if (!/^(?:\w+|bin\(1m\))$/.test(name)) throw new Error(`not understood: ${each}`);
    return { name, isMinute: name === 'bin(1m)' };
  });
  const wanted = figures.split(',').map((each) => {
    const [, fn = '', field = '', name = ''] =
      /^(count|sum|max)\((\*|\w+|`\w+`)\) as (\w+)$/.exec(each.trim()) ?? [];
    if (fn === '') throw new Error(`not understood: ${each}`);
    return { fn, field: field.replaceAll('`', ''), name };
  });
  const groupValue = (row: Fields, { name, isMinute }: (typeof by)[number]) =>
    isMinute
      ? `${new Date(Math.floor(Number(row['@timestamp']) / 60_000) * 60_000).toISOString().replace('T', ' ').replace('Z', '')}`
      : row[name];
  const grouped = Map.groupBy(rows, (row) => JSON.stringify(by.map((each) => groupValue(row, each) ?? null)));
  const made = [...grouped.values()].map((group) => {
    const [first = {}] = group;
    const figured = wanted.map(({ fn, field, name }) => {
      const values = group
        .map((row) => row[field])
        .filter((value) => value !== undefined)
        .map(Number);
      if (fn === 'count') return [name, group.length];
      if (values.length === 0) return [name, undefined];
      return [name, fn === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values)];
    });
    return Object.fromEntries([
      ...by.map((each) => [each.name, groupValue(first, each)]),
      ...figured,
    ]) as Fields;
  });
  return [made, [...by, ...wanted].map(({ name }) => name)];
}

/** Splits at each `|` outside quotes and patterns. */
function splitCommands(query: string): string[] {
  const commands: string[] = [];
  let at = 0;
  let current = '';
  while (at < query.length) {
    // Sticky, so that the lookbehind sees the text before it.
    const pattern = /(?:(?<=like |parse @message )\/(?:[^/\\]|\\.)*\/|"(?:[^"\\]|\\.)*")/y;
    pattern.lastIndex = at;
    const quoted = pattern.exec(query);
    if (quoted !== null) {
      current += quoted[0];
      at += quoted[0].length;
    } else if (query[at] === '|') {
      commands.push(current);
      current = '';
      at += 1;
    } else {
      current += query[at];
      at += 1;
    }
  }
  return [...commands, current];
}

/** A JSON filter pattern: conditions with `&&`, `||` and brackets; any text after the last of them is an error. */
class PatternParser {
  #rest: string;

  constructor(text: string) {
    this.#rest = text.trim();
  }

  parse(): Condition {
    if (!this.#take(/^\{/)) throw new Error('expected a pattern of JSON');
    const condition = this.#or();
    if (this.#rest !== '}') throw new Error(`not understood: ${this.#rest}`);
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#take(/^\|\|/)) {
      const [one, other] = [left, this.#and()];
      left = (fields) => one(fields) || other(fields);
    }
    return left;
  }

  #and(): Condition {
    let left = this.#one();
    while (this.#take(/^&&/)) {
      const [one, other] = [left, this.#one()];
      left = (fields) => one(fields) && other(fields);
    }
    return left;
  }

  #one(): Condition {
    if (this.#take(/^\(/)) {
      const inner = this.#or();
      if (!this.#take(/^\)/)) throw new Error(`expected ) at ${this.#rest}`);
      return inner;
    }
    const [, field = '', value = ''] = this.#take(/^\$\.(\w+) = "((?:[^"\\]|\\.)*)"/) ?? [];
    if (field === '') throw new Error(`not understood: ${this.#rest}`);
    const source = value.replace(/[.+?^${}()|[\]\\/]/g, '\\$&').replaceAll('*', '.*');
    const pattern = new RegExp(`^${source}$`, 's');
    return (fields) => fields[field] !== undefined && pattern.test(String(fields[field]));
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    const match = pattern.exec(this.#rest);
    if (match === null) return undefined;
    this.#rest = this.#rest.slice(match[0].length).trimStart();
    return match;
  }
}
