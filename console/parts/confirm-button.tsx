import { useRef, useState } from 'preact/hooks';

/** A button that asks for confirmation in its own place before it does something irreversible. */
export function ConfirmButton({
  label,
  question,
  confirm,
  act,
}: {
  readonly label: string;
  readonly question: string;
  readonly confirm: string;
  readonly act: () => Promise<void>;
}) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const group = useRef<HTMLSpanElement>(null);
  /** The focused button disappears: the focus passes to the one that replaces it. */
  const ask = (now: boolean) => {
    setAsking(now);
    requestAnimationFrame(() => group.current?.querySelector('button')?.focus());
  };
  return (
    <span ref={group}>
      {isAsking ? (
        <fieldset class="confirm">
          <legend class="unseen">{label}</legend>
          <span>{question}</span>
          <button
            type="button"
            class="danger"
            disabled={isBusy}
            onClick={() => {
              setBusy(true);
              void act().finally(() => {
                setBusy(false);
                setAsking(false);
              });
            }}
          >
            {confirm}
          </button>
          <button type="button" onClick={() => ask(false)}>
            Keep it
          </button>
        </fieldset>
      ) : (
        <button type="button" class="danger" onClick={() => ask(true)}>
          {label} …
        </button>
      )}
    </span>
  );
}
