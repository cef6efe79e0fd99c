import { stripVTControlCharacters } from 'node:util';

/**
 * A message of the API in the words of a command line: a field is called by the flag that gives it.
 * @param flagOf the flag of each field
 */
export function inWordsOfFlags(message: string, flagOf: Readonly<Record<string, string>>): string {
  return message.replaceAll(
    /"(?<quoted>[a-z][a-z_]*)"|(?<=^|[\s;(])(?<named>[a-z][a-z_]*)(?=: )/gm,
    (text, quoted: string | undefined, named: string | undefined) => {
      const flag = flagOf[quoted ?? named ?? ''];
      return flag === undefined ? text : `--${flag}`;
    },
  );
}

/** What the parser says, without its tabs and without advice that is not true of our flags. */
export function plainUsageMessage(message: string): string {
  return (
    // The parser dims what it lists, where there is a terminal.
    stripVTControlCharacters(message)
      // None of our flags takes all that follows it.
      .replace(/\n*Note: .* allow(s)? multiple values?\.[\s\S]*?(?=\n\n|$)/, '')
      .replace(/^Parsing (--[\w-]+)\s*\n\t?Expected (.*?) but received: (.*)$/m, '$1: expected $2, found $3')
      .replace(/\nSee more help with --help$/, '')
  );
}
