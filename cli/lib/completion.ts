import type { DescribedCommand } from './describe-commands.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export function isShell(text: string): text is Shell {
  return SHELLS.some((shell) => shell === text);
}

/** The source of the names that an argument or a flag takes, and the field that holds the name. */
interface Names {
  readonly list: string;
  readonly field: string;
}

const APPS: Names = { list: 'apps', field: 'name' };
const SUBSCRIPTIONS: Names = { list: 'events:subscriptions', field: 'name' };
const PUBLICATIONS: Names = { list: 'events:publications', field: 'name' };
const AUTHORIZATIONS: Names = { list: 'events:authorizations', field: 'alias' };

/** The sources, keyed by the name of an argument or a flag. */
const NAMED: Readonly<Record<string, Names>> = {
  app: APPS,
  confirm: APPS,
  sub_name_or_id: SUBSCRIPTIONS,
  source: SUBSCRIPTIONS,
  subscription: SUBSCRIPTIONS,
  pub_name_or_id: PUBLICATIONS,
  target: PUBLICATIONS,
  publication: PUBLICATIONS,
  alias: AUTHORIZATIONS,
};

/** The script of each shell. It contains commands, flags and fixed values, and asks the service for resource names. */
export const COMPLETIONS: Readonly<Record<Shell, (commands: readonly DescribedCommand[]) => string>> = {
  bash: (commands) => `${candidates(commands)}
_sluice() {
  local line="\${COMP_LINE:0:COMP_POINT}" words count current colon
  read -ra words <<< "$line"
  case "$line" in *' ') words+=('') ;; esac
  count=\${#words[@]}
  current="\${words[count-1]}"
  COMPREPLY=($(compgen -W "$(_sluice_candidates "$((count - 1))" "\${words[1]}" "\${words[count-2]}" "$current")" -- "$current"))
  # The shell takes a colon for the beginning of a word, and completes only what is behind it.
  case "$COMP_WORDBREAKS" in
    *:*)
      colon="\${current%"\${current##*:}"}"
      COMPREPLY=("\${COMPREPLY[@]#"$colon"}")
      ;;
  esac
}
complete -F _sluice sluice`,
  zsh: (commands) => `${candidates(commands)}
_sluice() {
  local -a found
  found=($(_sluice_candidates "$((CURRENT - 1))" "\${words[2]}" "\${words[CURRENT-1]}" "\${words[CURRENT]}"))
  compadd -a found
}
compdef _sluice sluice`,
  fish: (commands) =>
    [
      'function __sluice_names',
      `    sluice $argv[1] --json 2>/dev/null | string match -rg '^    "'$argv[2]'": "(.*)",?$'`,
      'end',
      'complete -c sluice -f',
      ...commands.flatMap(fishLines),
    ].join('\n'),
};

/** Candidates in bash and zsh, by a word's position, the command, the previous word and the word's own beginning. */
function candidates(commands: readonly DescribedCommand[]): string {
  const flags = commands.map(
    ({ id, flags: all }) => `        ${id}) echo '${all.map(({ name }) => `--${name}`).join(' ')}' ;;`,
  );
  const values = commands.flatMap(({ id, flags: all }) =>
    all.flatMap(({ name, char, options, takesValue }) => {
      const named = NAMED[name];
      if (!takesValue || (options.length === 0 && named === undefined)) return [];
      const words = [`--${name}`, ...(char === undefined ? [] : [`-${char}`])].map(
        (flag) => `'${id} ${flag}'`,
      );
      return [`    ${words.join('|')}) ${given(options, named)}; return ;;`];
    }),
  );
  const args = commands.flatMap(({ id, args: all }) =>
    all.flatMap(({ name, options }, at) => {
      const named = NAMED[name];
      if (options.length === 0 && named === undefined) return [];
      return [`    '${id} ${at + 2}') ${given(options, named)} ;;`];
    }),
  );
  return `_sluice_names() {
  sluice "$1" --json 2>/dev/null | sed -n 's/^    "'"$2"'": "\\(.*\\)",*$/\\1/p'
}
_sluice_candidates() {
  if [ "$1" -le 1 ]; then
    echo '${commands.map(({ id }) => id).join(' ')}'
    return
  fi
  case "$2 $3" in
${values.join('\n')}
  esac
  case "$4" in
    -*)
      case "$2" in
${flags.join('\n')}
      esac
      return ;;
  esac
  case "$2 $1" in
${args.join('\n')}
  esac
}`;
}

function given(options: readonly string[], named: Names | undefined): string {
  return named === undefined ? `echo '${options.join(' ')}'` : `_sluice_names ${named.list} ${named.field}`;
}

function fishLines({ id, description, args, flags }: DescribedCommand): string[] {
  const seen = `-n '__fish_seen_subcommand_from ${id}'`;
  return [
    `complete -c sluice -n '__fish_use_subcommand' -a ${id} -d ${fishText(description)}`,
    ...args.flatMap(({ name, options }) => {
      const values = fishValues(options, NAMED[name]);
      return values === undefined ? [] : [`complete -c sluice ${seen} -a ${values}`];
    }),
    ...flags.map(({ name, char, description: text, options, takesValue }) => {
      const values = takesValue ? fishValues(options, NAMED[name]) : undefined;
      const letter = char === undefined ? '' : ` -s ${char}`;
      const value = takesValue ? ` -r${values === undefined ? '' : ` -a ${values}`}` : '';
      return `complete -c sluice ${seen} -l ${name}${letter}${value} -d ${fishText(text)}`;
    }),
  ];
}

function fishValues(options: readonly string[], named: Names | undefined): string | undefined {
  if (named !== undefined) return `'(__sluice_names ${named.list} ${named.field})'`;
  return options.length === 0 ? undefined : `'${options.join(' ')}'`;
}

/** The first sentence, in fish's quotes. */
function fishText(description: string): string {
  const [first = ''] = description.split(/[.;:] /);
  return `'${first.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
