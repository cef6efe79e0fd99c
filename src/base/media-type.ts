/** A media type as in `Content-Type` (RFC 9110, section 8.3.1). */
export interface MediaType {
  /** In lower case, without parameters, e.g. `application/json`. */
  readonly essence: string;
  /** In lower case, if given. */
  readonly charset: string | undefined;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const QUOTED = '"(?:[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
/** A parameter begins with its token, so that white space can match in only one place and there is no backtracking. */
const PARAMETER = `[ \\t]*;(?:[ \\t]*(${TOKEN})=(${TOKEN}|${QUOTED}))?`;
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})((?:${PARAMETER})*)[ \\t]*$`);
const PARAMETERS = new RegExp(PARAMETER, 'g');

/** Undefined if the text is not a media type. */
export function parseMediaType(text: string): MediaType | undefined {
  const [, essence, parameters = ''] = MEDIA_TYPE.exec(text) ?? [];
  if (essence === undefined) return undefined;
  return { essence: essence.toLowerCase(), charset: charsetIn(parameters) };
}

/** The first charset wins. */
function charsetIn(parameters: string): string | undefined {
  for (const [, name, value = ''] of parameters.matchAll(PARAMETERS)) {
    if (name?.toLowerCase() === 'charset') return unquoted(value).toLowerCase();
  }
  return undefined;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

/** Whether such data is JSON, judged by its subtype as in the JSON format of CloudEvents. */
export function isJsonType({ essence }: MediaType): boolean {
  return essence.endsWith('/json') || essence.endsWith('+json');
}

/** Whether a charset is UTF-8 or a subset of it. Text without a charset counts as UTF-8, and JSON always does. */
export function isUtf8Charset(charset: string | undefined): boolean {
  return charset === undefined || /^(?:utf-?8|us-ascii)$/.test(charset);
}

/** Whether such data is text for people or for an XML parser; everything else is bytes. */
export function isTextType({ essence }: MediaType): boolean {
  return essence.startsWith('text/') || essence === 'application/xml' || essence.endsWith('+xml');
}
