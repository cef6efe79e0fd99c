import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { number } from '../../parts/format.ts';
import { Scroll } from '../../parts/scroll.tsx';
import { type CountField, everyMinute, HOUR_MINUTES, type Minutes } from '../flow/minutes.ts';

/** The colours of style/tokens.css, by meaning. */
const COLOURS: Readonly<Record<CountField, string>> = {
  received: '--ink-quiet',
  delivered: '--accent',
  kept: '--good',
  failed: '--bad',
  dropped: '--warn',
  parked: '--line-strong',
};
const HEIGHT = 200;
const MINUTE_MS = 60_000;

/** The last hour by the minute: a picture, and the same numbers as text for people who cannot see it. */
export function HourChart({
  minutes,
  fields,
}: {
  readonly minutes: Minutes;
  readonly fields: readonly CountField[];
}) {
  const place = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const isDark = useDark();
  const key = fields.join();

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isGone = false;
    let chart: uPlot | undefined;
    const watcher = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height: HEIGHT }));
    // Only pages with a chart load the code that draws it.
    import('uplot').then(
      ({ default: Chart }) => {
        if (isGone) return;
        chart = new Chart(optionsFor(element, fields), dataOf(minutes, fields), element);
        watcher.observe(element);
      },
      (error: unknown) => setProblem(asProblem(error)),
    );
    return () => {
      isGone = true;
      watcher.disconnect();
      chart?.destroy();
    };
    // `key` represents `fields`, and `isDark` the colours read from the style.
  }, [minutes, key, isDark]);

  return (
    <figure class="section">
      <figcaption class="legend">
        {fields.map((field) => (
          <span key={field} class={`legend-item legend-${field}`}>
            {field}
          </span>
        ))}
        <span class="quiet-text">by the minute, over the last hour</span>
      </figcaption>
      <div class="chart" ref={place} aria-hidden="true" />
      {problem !== undefined && (
        <p class="notice notice-warn">The chart could not be loaded: {problem.message}</p>
      )}
      <details>
        <summary>The same as numbers</summary>
        {minutes.length === 0 ? (
          <p class="quiet-text">Nothing happened in the last hour.</p>
        ) : (
          <Scroll name="The last hour by the minute">
            <table>
              <thead>
                <tr>
                  <th>Minute</th>
                  {fields.map((field) => (
                    <th key={field} class="number">
                      {field}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {minutes.toReversed().map((minute) => (
                  <tr key={minute.at}>
                    <td>{new Date(minute.at).toLocaleTimeString(undefined, { timeStyle: 'short' })}</td>
                    {fields.map((field) => (
                      <td key={field} class="number">
                        {number(minute[field])}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </details>
    </figure>
  );
}

function dataOf(minutes: Minutes, fields: readonly CountField[]): uPlot.AlignedData {
  const nowMs = Date.now();
  const last = Math.floor(nowMs / MINUTE_MS) * 60;
  const seconds = Array.from({ length: HOUR_MINUTES }, (_, index) => last - (HOUR_MINUTES - 1 - index) * 60);
  return [seconds, ...fields.map((field) => everyMinute(minutes, field, nowMs))];
}

function optionsFor(element: HTMLElement, fields: readonly CountField[]): uPlot.Options {
  const style = getComputedStyle(element);
  // A custom property with light-dark() is not resolved; a colour that uses it is.
  const resolved = (name: string) => {
    const probe = element.appendChild(document.createElement('span'));
    probe.style.color = `var(${name})`;
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const axis = {
    stroke: resolved('--ink-quiet'),
    grid: { stroke: resolved('--line'), width: 1 },
    ticks: { show: false },
    font: `${style.fontSize} ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(4, most * 1.1)] } },
    axes: [
      { ...axis, size: 32, values: '{HH}:{mm}' },
      {
        ...axis,
        size: 56,
        values: (_chart, splits) => splits.map((split) => (Number.isInteger(split) ? number(split) : '')),
      },
    ],
    series: [
      {},
      ...fields.map((field) => ({
        label: field,
        stroke: resolved(COLOURS[field]),
        width: 2,
        points: { show: false },
        ...(field === 'failed' && { dash: [4, 3] }),
      })),
    ],
  };
}

function useDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isDark;
}
