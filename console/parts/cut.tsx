import { Plain, plainText } from './plain.tsx';

/** Longer than any name or id from the service; strangers may send texts of any length. */
const SHOWN_MAX = 500;

/**
 * The beginning of a text, where that is enough to recognise something. `Payload` shows texts to be read as a whole.
 */
export function Cut({ text, max = SHOWN_MAX }: { readonly text: string; readonly max?: number }) {
  return <Plain text={cut(text, max)} />;
}

/** For places that accept only a string, such as an option or a sentence. */
export function cutText(text: string, max = SHOWN_MAX): string {
  return plainText(cut(text, max));
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
