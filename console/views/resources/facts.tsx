import { printJson } from '../../api/json.ts';
import { Plain } from '../../parts/plain.tsx';

/** A platform's own settings, whatever they are; a value with two names is shown once. */
const OLDER_NAMES: ReadonlySet<string> = new Set(['event', 'org_name']);
const WORDS: Readonly<Record<string, string>> = {
  url: 'URL',
  jwks_path: 'Public keys at',
  on_invalid_cursor: 'When the cursor is too old',
};

export function Params({ params }: { readonly params: Readonly<Record<string, unknown>> }) {
  return (
    <>
      {Object.entries(params)
        .filter(([name, value]) => !OLDER_NAMES.has(name) && value !== null)
        .map(([name, value]) => (
          <FactOf key={name} name={WORDS[name] ?? wordsOf(name)} value={value} />
        ))}
    </>
  );
}

function FactOf({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>
        <Plain text={name} />
      </dt>
      <dd class={typeof value === 'string' && value.includes('\n') ? 'fixed multiline' : undefined}>
        <Plain
          text={
            typeof value === 'string'
              ? value
              : typeof value === 'boolean'
                ? value
                  ? 'yes'
                  : 'no'
                : printJson(value, 0)
          }
        />
      </dd>
    </>
  );
}

/** `timeout_seconds` → `Timeout seconds`. */
function wordsOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
