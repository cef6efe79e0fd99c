import { jsonLine } from '../display.ts';
import { visible } from '../visible.ts';
import { clockText, type ListenView, type ShownAttempt, statusText } from './view.ts';

/** One line per attempt, for output that is not a terminal. */
export class LinesView implements ListenView {
  attempted(attempt: ShownAttempt): void {
    const { event, source, number, at, outcome, isReplay } = attempt;
    const parts = [
      clockText(at),
      statusText(attempt),
      ...(source === undefined ? [] : [source]),
      event.type,
      ...(event.subject === undefined ? [] : [event.subject]),
      event.event_id,
      ...(outcome.kind === 'skipped' ? [] : [`${outcome.durationMs} ms`]),
      ...(number > 1 ? [`attempt ${number}`] : []),
      ...(isReplay ? ['again'] : []),
      ...(outcome.kind === 'failed' ? [outcome.reason] : []),
    ];
    process.stdout.write(`${visible(parts.join('  ')).replaceAll('\n', ' ')}\n`);
  }

  note(text: string): void {
    process.stderr.write(`${visible(text)}\n`);
  }

  changed(): void {}
  suspend(): void {}
  resume(): void {}
  end(): void {}
}

/** One JSON object per line. */
export class JsonView implements ListenView {
  attempted({ event, source, number, at, outcome, retryMs, isReplay }: ShownAttempt): void {
    const { body, id, event_id, type, subject } = event;
    this.write({
      kind: 'attempt',
      at: at.toISOString(),
      delivery_id: id,
      event_id,
      type,
      subject,
      source,
      attempt: number,
      outcome: outcome.kind,
      status: outcome.kind === 'skipped' ? undefined : outcome.status,
      reason: outcome.kind === 'failed' ? outcome.reason : undefined,
      duration_ms: outcome.kind === 'skipped' ? undefined : outcome.durationMs,
      retry_in_ms: retryMs,
      replay: isReplay,
      bytes: Buffer.byteLength(body),
    });
  }

  note(text: string): void {
    this.write({ kind: 'note', at: new Date().toISOString(), text });
  }

  write(value: object): void {
    process.stdout.write(`${jsonLine(value)}\n`);
  }

  changed(): void {}
  suspend(): void {}
  resume(): void {}
  end(): void {}
}
