import type { Flow } from '../../api/objects.ts';
import { type Minutes, sumOf } from './minutes.ts';

/** Apps that publish without a stream: they are no subscription, but events come from them. */
export const APPS = 'apps';

export interface Edge {
  /** The rows of its two ends, from the top of the picture; a half where a column is shorter. */
  readonly from: number;
  readonly to: number;
  readonly perMinute: number;
  readonly isFailing: boolean;
}

/** A stream, or directly published events, which pass no filter. */
export interface MiddleNode {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly stream: Flow['streams'][number] | undefined;
  readonly minutes: Minutes;
}

export interface Placed<T> {
  readonly node: T;
  /** Its centre, in rows. */
  readonly row: number;
}

export interface Layout {
  readonly rows: number;
  readonly sources: readonly Placed<Flow['subscriptions'][number] | typeof APPS>[];
  readonly middle: readonly Placed<MiddleNode>[];
  readonly targets: readonly Placed<Flow['publications'][number]>[];
  readonly left: readonly Edge[];
  readonly right: readonly Edge[];
  /** The number of streams that the picture leaves out. */
  readonly hidden: number;
}

/** The most that a picture can show clearly; the lists contain all of them. */
export const STREAMS_SHOWN_MAX = 60;

/** Sources by name; streams by their source; targets near what leads to them, so that few lines cross. */
export function layOut(flow: Flow): Layout {
  const direct = flow.publications
    .filter(({ direct: minutes }) => minutes.length > 0)
    .map((publication): MiddleNode => {
      const { id, direct: minutes } = publication;
      return { id: `direct ${id}`, sourceId: APPS, targetId: id, stream: undefined, minutes };
    });
  const streams = flow.streams.map((stream): MiddleNode => {
    const { source, target, minutes } = stream;
    return { id: `${source.id} ${target.id}`, sourceId: source.id, targetId: target.id, stream, minutes };
  });
  const sources = [...flow.subscriptions, ...(direct.length > 0 ? [APPS as typeof APPS] : [])];
  const sourceIds = sources.map((source) => (source === APPS ? APPS : source.id));
  const all = [...streams, ...direct].sort(
    (one, other) => sourceIds.indexOf(one.sourceId) - sourceIds.indexOf(other.sourceId),
  );
  const middle = all.slice(0, STREAMS_SHOWN_MAX);
  const targets = flow.publications
    .map((publication) => {
      const places = middle.flatMap(({ targetId }, index) => (targetId === publication.id ? [index] : []));
      const mean = places.reduce((sum, place) => sum + place, 0) / places.length;
      return { publication, place: places.length === 0 ? Number.POSITIVE_INFINITY : mean };
    })
    .sort((one, other) => (one.place === other.place ? 0 : one.place - other.place))
    .map(({ publication }) => publication);

  const rows = Math.max(1, sources.length, middle.length, targets.length);
  const placed = <T>(nodes: readonly T[]): Placed<T>[] =>
    nodes.map((node, index) => ({ node, row: (rows - nodes.length) / 2 + index + 0.5 }));
  const [placedSources, placedMiddle, placedTargets] = [placed(sources), placed(middle), placed(targets)];
  const rowOfSource = new Map(placedSources.map(({ node, row }) => [node === APPS ? APPS : node.id, row]));
  const rowOfTarget = new Map(placedTargets.map(({ node, row }) => [node.id, row]));
  return {
    rows,
    sources: placedSources,
    middle: placedMiddle,
    targets: placedTargets,
    left: placedMiddle.flatMap(({ node, row }) =>
      edge(rowOfSource.get(node.sourceId), row, perMinute(node.minutes, 'in'), false),
    ),
    right: placedMiddle.flatMap(({ node, row }) =>
      edge(
        row,
        rowOfTarget.get(node.targetId),
        perMinute(node.minutes, 'out'),
        sumOf(node.minutes).failed > 0,
      ),
    ),
    hidden: all.length - middle.length,
  };
}

function edge(from: number | undefined, to: number | undefined, rate: number, isFailing: boolean): Edge[] {
  return from === undefined || to === undefined ? [] : [{ from, to, perMinute: rate, isFailing }];
}

function perMinute(minutes: Minutes, side: 'in' | 'out'): number {
  const { received, dropped } = sumOf(minutes.slice(-5));
  return (side === 'in' ? received : received - dropped) / 5;
}
