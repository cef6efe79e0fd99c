import { styleText } from 'node:util';
import { PULL_BACKLOG_COUNTED_MAX } from '../../../src/domain/deliveries/pull.ts';
import { visible } from '../visible.ts';
import {
  clockText,
  countText,
  type ListeningState,
  type ListenView,
  type ShownAttempt,
  statusText,
} from './view.ts';

/** The attempts to remember; a terminal shows fewer. */
const ROWS_MAX = 50;
/** Lines other than attempts: the titles, the lines below the table, and the shell's prompt. */
const OTHER_LINES = 6;
/** People cannot read more than ten updates per second. */
const DRAWN_EVERY_MS = 100;
const UP = (lines: number) => (lines > 0 ? `\u001b[${lines}A` : '');
const CLEAR_BELOW = '\r\u001b[0J';

type Style = Parameters<typeof styleText>[0];

/** Shows the last attempts as a table at the bottom of the terminal, and redraws it when something changes. */
export class TableView implements ListenView {
  readonly #out: NodeJS.WriteStream;
  readonly #rows: ShownAttempt[] = [];
  #state: ListeningState | undefined;
  #drawnLines = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSuspended = false;
  readonly #onResize = () => this.#soon();

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    out.on('resize', this.#onResize);
  }

  attempted(attempt: ShownAttempt): void {
    const last = this.#rows.at(-1);
    // The attempts of an event share a row.
    if (last?.event.id === attempt.event.id && last.isReplay === attempt.isReplay && !attempt.isReplay) {
      this.#rows.pop();
    }
    this.#rows.push(attempt);
    if (this.#rows.length > ROWS_MAX) this.#rows.shift();
    this.#soon();
  }

  /** Prints a line that stays above the table. */
  note(text: string): void {
    this.#erase();
    this.#out.write(`${visible(text)}\n`);
    this.#draw();
  }

  changed(state: ListeningState): void {
    this.#state = state;
    this.#soon();
  }

  suspend(): void {
    this.#erase();
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    this.#draw();
  }

  end(state: ListeningState): void {
    this.#out.off('resize', this.#onResize);
    clearTimeout(this.#timer);
    this.#isSuspended = false;
    this.#state = state;
    this.#erase();
    this.#write(this.#table());
    this.#isSuspended = true;
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#isSuspended) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, DRAWN_EVERY_MS);
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#out.write(`${UP(this.#drawnLines)}${CLEAR_BELOW}`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    if (this.#isSuspended) return;
    const lines = [...this.#table(), '', ...this.#statusLines()];
    // Write everything at once to avoid flicker.
    const before = this.#drawnLines > 0 ? `${UP(this.#drawnLines)}${CLEAR_BELOW}` : '';
    this.#write(lines, before);
  }

  #write(lines: readonly string[], before = ''): void {
    this.#drawnLines = lines.length;
    this.#out.write(`${before}${lines.map((line) => `${line}\n`).join('')}`);
  }

  #table(): string[] {
    if (this.#rows.length === 0) return [];
    const width = Math.max(20, (this.#out.columns || 80) - 1);
    const shown = this.#rows.slice(-Math.max(1, Math.min(ROWS_MAX, (this.#out.rows || 24) - OTHER_LINES)));
    const cells = shown.map((attempt) => cellsOf(attempt));
    const titles = ['Time', 'Answer', 'Took', 'Event', 'Subject', ''];
    // Time, answer and duration get their natural width; the other columns share the rest.
    const fixed = [0, 1, 2].map((at) =>
      Math.min(24, Math.max(...[titles, ...cells].map((row) => displayWidth(row[at] ?? '')))),
    );
    const left = Math.max(0, width - fixed.reduce((sum, each) => sum + each + 2, 0));
    const shares = shared(
      [3, 4, 5].map((at) => Math.max(...[titles, ...cells].map((row) => displayWidth(row[at] ?? '')))),
      left,
    );
    const widths = [...fixed, ...shares];
    const line = (row: readonly string[]) =>
      row
        .map((text, at) => padded(text, widths[at] ?? 0))
        .join('  ')
        .trimEnd();
    return [
      this.#styled('dim', cut(line(titles), width)),
      ...cells.map((row, at) => {
        const attempt = shown[at];
        return this.#styled(attempt === undefined ? 'reset' : styleOf(attempt), cut(line(row), width));
      }),
    ];
  }

  #statusLines(): string[] {
    const width = Math.max(20, (this.#out.columns || 80) - 1);
    const state = this.#state;
    if (state === undefined) return [];
    const what =
      state.lost !== undefined ? 'cannot reach the service' : state.isPaused ? 'paused' : 'listening';
    const counts = [
      `${countText(state.waiting, PULL_BACKLOG_COUNTED_MAX)} waiting`,
      `${state.delivered} delivered`,
      ...(state.skipped > 0 ? [`${state.skipped} skipped`] : []),
    ].join(', ');
    const keys = [
      state.isPaused ? 'p goes on' : 'p pauses',
      'r replays the last',
      ...(state.isFailing ? ['s skips'] : []),
      'f edits the filter',
      'q quits',
    ].join(' · ');
    const style = state.lost !== undefined ? 'red' : state.isPaused ? 'yellow' : 'green';
    const head = cut(`● ${what}: ${counts}`, width);
    return [this.#styled(style, head), this.#styled('dim', cut(keys, width))];
  }

  #styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out });
  }
}

function cellsOf(attempt: ShownAttempt): string[] {
  const { event, number, at, outcome, isReplay } = attempt;
  const about = [
    ...(isReplay ? ['again'] : []),
    ...(number > 1 ? [`attempt ${number}`] : []),
    ...(outcome.kind === 'failed' ? [outcome.reason] : []),
  ].join(', ');
  return [
    clockText(at),
    statusText(attempt),
    outcome.kind === 'skipped' ? '' : `${outcome.durationMs} ms`,
    event.type,
    event.subject ?? event.event_id,
    about,
  ].map((text) => visible(text).replaceAll(/\s+/g, ' '));
}

function styleOf({ outcome }: ShownAttempt): Style {
  switch (outcome.kind) {
    case 'taken':
      return 'reset';
    case 'skipped':
      return 'yellow';
    default:
      return 'red';
  }
}

/** Narrows the widest columns until all fit. */
function shared(natural: readonly number[], space: number): number[] {
  const widths = [...natural];
  const between = 2 * (widths.length - 1);
  for (let excess = widths.reduce((sum, each) => sum + each, between - space); excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest === 0) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

/** East Asian characters and emoji take two columns. A narrow character that is counted as wide only leaves a gap. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) ?? 0) >= 0x11_00 && !NARROW.test(character) ? 2 : 1;
  return width;
}
/** Narrow characters above U+1100: punctuation, arrows, boxes. */
const NARROW = /[\u2000-\u2bff]/;

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used >= width) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : '';
}

function padded(text: string, width: number): string {
  const shown = cut(text, width);
  return `${shown}${' '.repeat(Math.max(0, width - displayWidth(shown)))}`;
}
