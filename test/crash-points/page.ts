import { PLANTED_FAULTS } from './planted-faults.ts';
import type { Crash } from './run-points.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

const HEAD = `# Crash points

<!-- Written by \`npm run crash-points\`. -->

A process that delivers events is killed by SIGKILL at each call of a port that a delivery depends on, and another one is started on its
state: the functions of production on the embedded engine, a real SQLite file, real HTTP. Then the ledger is checked: each event that was
answered 202 is delivered, or has ended with its record; nothing is stuck; first deliveries of a key come in order; a repeat has the same
id. The list is \`test/crash-points/points.ts\`; a test holds it against what is really called, and against the methods of the ports.

*When*: before the effect of the call, or after it and before the caller knew; at the first such call of the scenario (#1) and at the last.
*Outcome*: \`holds\`, with the records that are left; an event that is delivered at once leaves none. *Repeats*: events that a receiver took
once more. *After*: how long after the restart everything had ended, by the clock of the installation: a retry that was due, the sweep,
the next look at a lane.

A crash of the process keeps what the file was given: a power cut is another matter (\`--durable\`), and AWS another engine, whose crashes,
late answers and lost writes are those of [the simulation](simulation.md). The list was made to fail as well: \`npm run crash-points -- --prove\`
plants faults in a copy of the tree, and each is found by a kill:

| planted | found at, in the scenario |
|---|---|
${PLANTED_FAULTS.map(({ what, call, scenario }) => `| ${what} | \`${call}\`, ${scenario} |`).join('\n')}

Writes that are begun in one turn of the event loop are one transaction of the file: no kill comes between them here.

`;

/** docs/operations/crash-points.md: the sections of the scenarios that were run are rewritten, the others stay. */
export function pageOf(former: string, crashes: readonly Crash[]): string {
  const sections = new Map<string, string>(
    former
      .split(/^(?=## )/m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), `${section.trimEnd()}\n`] as const),
  );
  for (const [scenario, of] of Map.groupBy(crashes, ({ scenario }) => scenario)) {
    sections.set(titleOf(scenario), sectionOf(scenario, of));
  }
  return HEAD + SCENARIOS.map((scenario) => sections.get(titleOf(scenario)) ?? '').join('\n');
}

function titleOf({ name }: Scenario): string {
  return `## ${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function sectionOf(scenario: Scenario, crashes: readonly Crash[]): string {
  const rows = crashes.map(({ point: { call, when, nth }, outcome }) => {
    const { isReached, faults, repeats, aftermath } = outcome;
    const found = faults.length === 0 ? endingsOf(aftermath.records) : `**${faults.join('; ')}**`;
    const cells = [`\`${call}\``, `${when} #${nth}`, isReached ? found : '**not reached**', repeats];
    return `| ${[...cells, timeOf(aftermath.seconds)].join(' | ')} |`;
  });
  const head = ['| killed at | when | outcome | repeats | after |', '|---|---|---|---|---|'];
  return `${[titleOf(scenario), '', ...head, ...rows].join('\n')}\n`;
}

function endingsOf(records: readonly { readonly status: string }[]): string {
  const counts = Map.groupBy(records, ({ status }) => status);
  if (counts.size === 0) return 'holds';
  return `holds: ${[...counts].map(([status, of]) => `${of.length} ${status}`).join(', ')}`;
}

function timeOf(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
