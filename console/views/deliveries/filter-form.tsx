import { useEffect, useId, useState } from 'preact/hooks';
import { type Field, faultIn, type Given, STATUSES } from './filter.ts';

export interface FilterFormProps {
  readonly fields: readonly Field[];
  readonly hasStatuses: boolean;
  readonly given: Given;
  /** Suggested names; any other text may be typed. */
  readonly suggestions?: Readonly<Record<'publications' | 'subscriptions', readonly string[]>>;
  readonly apply: (given: Given) => void;
}

/** The filter of a list. Nothing is requested before the form is sent: each letter would start a search through thousands of records. */
export function FilterForm({ fields, hasStatuses, given, suggestions, apply }: FilterFormProps) {
  const [values, setValues] = useState<Given>(given);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const id = useId();
  const address = JSON.stringify(given);
  // Back and Forward change the given filter.
  useEffect(() => setValues(given), [address]);

  const statuses = new Set((values['status'] ?? '').split(',').filter((status) => status !== ''));
  const set = (name: string, value: string) => setValues((before) => ({ ...before, [name]: value }));
  const toggle = (status: string, isOn: boolean) => {
    const next = STATUSES.filter((each) => (each === status ? isOn : statuses.has(each)));
    set('status', next.join(','));
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const found = Object.fromEntries(
      fields.flatMap((field) => {
        const fault = faultIn(field, (values[field.name] ?? '').trim());
        return fault === undefined ? [] : [[field.name, fault]];
      }),
    );
    setFaults(found);
    const [first] = Object.keys(found);
    if (first !== undefined) return document.getElementById(`${id}-${first}`)?.focus();
    apply(
      Object.fromEntries(
        Object.entries(values)
          .map(([name, value]) => [name, value.trim()])
          .filter(([, value]) => value !== ''),
      ),
    );
  };
  const rare = fields.filter(({ isRare }) => isRare === true);
  const isRareUsed = rare.some(({ name }) => given[name] !== undefined || name in faults);
  const shown = (some: readonly Field[]) =>
    some.map((field) => (
      <FormField
        key={field.name}
        id={`${id}-${field.name}`}
        field={field}
        value={values[field.name] ?? ''}
        fault={faults[field.name]}
        list={field.suggestions === undefined ? undefined : `${id}-${field.suggestions}`}
        set={(value) => set(field.name, value)}
      />
    ));

  return (
    <search>
      <form class="panel filter-form" onSubmit={submit} noValidate>
        {hasStatuses && (
          <fieldset>
            <legend>Status (none: any)</legend>
            <div class="checks">
              {STATUSES.map((status) => (
                <label key={status}>
                  <input
                    type="checkbox"
                    checked={statuses.has(status)}
                    onChange={({ currentTarget }) => toggle(status, currentTarget.checked)}
                  />
                  {status}
                </label>
              ))}
            </div>
          </fieldset>
        )}
        <div class="filter-fields">{shown(fields.filter((field) => !rare.includes(field)))}</div>
        <details open={isRareUsed}>
          <summary>By event or time</summary>
          <div class="filter-fields">{shown(rare)}</div>
        </details>
        <div class="actions">
          <button type="submit" class="main">
            Show
          </button>
          <button
            type="button"
            onClick={() => {
              setValues({});
              setFaults({});
              apply({});
            }}
          >
            Clear
          </button>
        </div>
        {Object.entries(suggestions ?? {}).map(([kind, names]) => (
          <datalist key={kind} id={`${id}-${kind}`}>
            {names.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        ))}
      </form>
    </search>
  );
}

function FormField({
  id,
  field: { label, hint, kind, choices },
  value,
  fault,
  list,
  set,
}: {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly fault: string | undefined;
  readonly list: string | undefined;
  readonly set: (value: string) => void;
}) {
  const hasNote = fault !== undefined || hint !== undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {kind === 'choice' ? (
        <select id={id} value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
          <option value="">any</option>
          {choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          autocomplete="off"
          spellcheck={false}
          maxLength={1_000}
          value={value}
          {...(list !== undefined && { list })}
          {...(kind === 'code' && { inputMode: 'numeric' as const })}
          {...(hasNote && { 'aria-describedby': `${id}-note` })}
          aria-invalid={fault !== undefined}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
      {hasNote && (
        <span id={`${id}-note`} class={fault === undefined ? 'small quiet-text' : 'small fault'}>
          {fault ?? hint}
        </span>
      )}
    </div>
  );
}
