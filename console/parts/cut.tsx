import { Plain, plainText } from './plain.tsx';

/** Longer than any name or id that the service gives; what strangers send may be of any length. */
const SHOWN_MAX = 500;

/** The beginning of a text, where it is for recognising something. `Payload` is for what is to be read whole. */
export function Cut({ text, max = SHOWN_MAX }: { readonly text: string; readonly max?: number }) {
  return <Plain text={cut(text, max)} />;
}

/** For places that take only a string, such as an option or a sentence. */
export function cutText(text: string, max = SHOWN_MAX): string {
  return plainText(cut(text, max));
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
