import { Dice } from './dice.ts';
import type { Violation } from './ledger.ts';
import type { CallFault } from './port-calls.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { Scheduler, START_MS } from './scheduler.ts';
import { timeText } from './trace.ts';
import { World } from './world.ts';

export interface Simulated {
  readonly violation: Violation | undefined;
  readonly stepCount: number;
  /** The faults that occurred, by name. */
  readonly faults: readonly string[];
  readonly trace: readonly string[];
}

export interface SimulationOptions {
  readonly scenario?: Scenario;
  /** Faults to leave out although the dice choose them. */
  readonly spared?: ReadonlySet<string>;
  /** Faults of calls to inject whatever the dice say, by the name of the call, such as `deliver queue.send #3`. */
  readonly placed?: ReadonlyMap<string, CallFault>;
  readonly isTraced?: boolean;
}

const MINUTE_MS = 60_000;
/** Time after the troubles for all that is promised within minutes: a received message is hidden for six of them. */
const CALM_MS = 25 * MINUTE_MS;
/** A delivery whose parking was cut short is looked for after six hours. */
const HOURS_MS = 30 * 60 * MINUTE_MS;
/** How many steps pass between two looks at the books. */
const LOOK_STEPS = 20;

/** One run: trouble, then calm, then the balance. The same seed and options always give the same run. */
export async function simulate(
  seed: number,
  { scenario = scenarioOf(seed), spared, placed, isTraced = false }: SimulationOptions = {},
): Promise<Simulated> {
  const dice = new Dice(seed);
  const scheduler = new Scheduler(dice);
  const faults: string[] = [];
  const trace: string[] = [];
  let isCalm = false;
  const meets = (fault: string) => {
    if (isCalm || spared?.has(fault) === true) return false;
    faults.push(fault);
    return true;
  };
  const world = new World(scenario, scheduler, dice, { meets, placed }, (process, text) => {
    if (isTraced)
      trace.push(`${timeText(scheduler.nowMs).padStart(10)}  ${(process?.name ?? '').padEnd(12)}  ${text()}`);
  });
  const { ledger } = world;
  const isBroken = () => ledger.violation !== undefined;
  await world.begin();
  await scheduler.run(START_MS + scenario.troubleMs, isBroken);
  if (!isBroken()) {
    isCalm = true;
    world.calm();
    const calmUntilMs = START_MS + scenario.troubleMs + CALM_MS;
    await scheduler.run(
      calmUntilMs,
      () => isBroken() || (looks(scheduler) && world.isSettled && world.isCaughtUp),
    );
    if (!isBroken() && !world.isCaughtUp)
      ledger.break('everything comes to its end', 'a feed has not come to the end of its topic');
    world.checkParked(faults);
    world.stopReading();
    await scheduler.run(calmUntilMs + HOURS_MS, () => isBroken() || (looks(scheduler) && world.isSettled));
    if (!isBroken() && !world.isSettled)
      ledger.break('everything comes to its end', 'something is still under way');
    if (!isBroken()) await ledger.balance(world.deadLetters);
  }
  return { violation: ledger.violation, stepCount: scheduler.stepCount, faults, trace };
}

function looks({ stepCount }: Scheduler): boolean {
  return stepCount % LOOK_STEPS === 0;
}
