import { stripVTControlCharacters } from 'node:util';
import { nearestCommand } from './nearest-command.ts';

/** Rewrites a message of the parser: what was expected and what was found. Omits values that may be secrets. */
export function inWordsOfFlags(message: string, flagOf: Readonly<Record<string, string>>): string {
  return message.replaceAll(
    /"(?<quoted>[a-z][a-z_]*)"|(?<=^|[\s;(])(?<named>[a-z][a-z_]*)(?=: )/gm,
    (text, quoted: string | undefined, named: string | undefined) => {
      const flag = flagOf[quoted ?? named ?? ''];
      return flag === undefined ? text : `--${flag}`;
    },
  );
}

/** A command's flags and arguments, as far as messages need them. */
export interface CommandWords {
  /** The names of its flags. */
  readonly flags: readonly string[];
  /** The arguments by name. */
  readonly args: Readonly<Record<string, { readonly description?: string | undefined }>>;
}

/**
 * Rewrites a message of the parser to say what was expected and what was found. Does not repeat values that may be
 * secrets.
 */
export function plainUsageMessage(message: string, { flags, args }: CommandWords): string {
  // The parser dims its lists on a terminal.
  const text = stripVTControlCharacters(message)
    // None of our flags takes several values.
    .replace(/\n*Note: .* allow(s)? multiple values?\.[\s\S]*?(?=\n\n|$)/, '')
    .replace(/\nSee more help with --help$/, '');
  if (/^Missing \d+ required args?/.test(text)) return missingArgs(text, args);
  const reasons = /^The following errors? occurred:\n(?<reasons>[\s\S]*)$/.exec(text)?.groups?.['reasons'];
  if (reasons === undefined) return sentence(text, flags);
  const sentences = reasons.split('\n').map((line) => sentence(line.trim(), flags));
  return [...new Set(sentences)].join('\n');
}

function missingArgs(text: string, args: CommandWords['args']): string {
  const missing = Object.entries(args).filter(([name]) => new RegExp(`^${name}\\b`, 'm').test(text));
  const names = missing.map(([name, { description }]) =>
    description === undefined ? name.toUpperCase() : `${name.toUpperCase()} (${description})`,
  );
  return `expected ${names.join(' and ')}, found nothing there`;
}

/** The parser's sentences, and ours in their place. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^Parsing (--[\w-]+)\s*\n\t?Expected (.*?) but received: (.*)$/, '$1: expected $2, found $3'],
  [/^Expected (--[\w-]+)=([\s\S]*) to be one of: (.*)$/, '$1: expected one of $3, found $2'],
  [/^Expected ([\s\S]*) to be one of: (.*)$/, 'expected one of $2, found $1'],
  [/^Unexpected arguments?: ([\s\S]*)$/, 'expected no further argument, found $1'],
  [/^Missing required flag (\S+)$/, '--$1: expected it with a value, found nothing'],
  [/^Flag (--[\w-]+) expects a value$/, '$1: expected a value, found nothing behind it'],
  [/^Flag (--[\w-]+) expects one of these values: (.*)$/, '$1: expected one of $2, found nothing behind it'],
  [/^Flag (--[\w-]+) can only be specified once$/, '$1: expected it once, found it again'],
  // The value may be a secret.
  [
    /^(--[\w-]+)(?:=[\s\S]*)? cannot also be provided when using (--[\w-]+)$/,
    'expected one of $1 and $2, found both',
  ],
  [
    /^(?:All|One) of the following must be provided when using (--[\w-]+): (.*)$/,
    '$1: expected $2 with it, found it alone',
  ],
  [/^Exactly one of the following must be provided: (.*)$/, 'expected exactly one of $1'],
  // The list can have thirty entries.
  [
    /^At least one of the following must be provided: ((?:\S+, ){4}[^,]+),.*$/,
    'expected at least one of its flags, such as $1, found none',
  ],
  [/^At least one of the following must be provided: (.*)$/, 'expected at least one of $1, found none'],
];

function sentence(text: string, flags: readonly string[]): string {
  const unknown = /^Nonexistent flags?: (.*)$/.exec(text)?.[1]?.split(', ');
  if (unknown !== undefined) return unknown.map((flag) => unknownFlag(flag, flags)).join('\n');
  const [pattern, ours] = SENTENCES.find(([each]) => each.test(text)) ?? [];
  return pattern === undefined || ours === undefined ? text : text.replace(pattern, ours);
}

function unknownFlag(flag: string, flags: readonly string[]): string {
  const nearest = nearestCommand(flag.replace(/^-+/, ''), flags);
  return `expected a flag of this command, found ${flag}${nearest === undefined ? '' : `: did you mean --${nearest}?`}`;
}
