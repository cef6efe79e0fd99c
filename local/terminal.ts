import { styleText } from 'node:util';

/** What the local run says to the person in front of it. */
export interface Terminal {
  /** Prints whole lines unchanged. */
  say(text?: string): void;
  /** Prints one line of the live view: time, speaker, text. */
  event(who: Voice, text: string): void;
  /** From now on the live view shows only Sluice's own messages. */
  endLiveView(): void;
}

/** The parts of the drawing that appear in the live view. */
export type Voice = 'org' | 'feed' | 'webhook' | 'sluice';
const COLOURS = { org: 'cyan', feed: 'magenta', webhook: 'green', sluice: 'yellow' } as const;
const VOICE_WIDTH = 'webhook'.length;

export function makeTerminal(write: (text: string) => void): Terminal {
  let isLive = true;
  return {
    say: (text = '') => write(`${text}\n`),
    event: (who, text) => {
      if (!isLive && who !== 'sluice') return;
      const time = new Date().toTimeString().slice(0, 8);
      write(`${styleText('dim', time)}  ${styleText(COLOURS[who], who.padEnd(VOICE_WIDTH))}  ${text}\n`);
    },
    endLiveView: () => {
      isLive = false;
    },
  };
}

export const heading = (text: string) => styleText('bold', text);
