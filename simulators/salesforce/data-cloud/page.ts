import { escapeHtml, type HttpResponse, html } from '../http.ts';
import { toJson } from '../json.ts';
import type { DataCloud, IngestedRow } from './data-cloud.ts';

const ROWS_SHOWN = 20;
const VALUE_LENGTH_MAX = 400;

/** A page for people: the accepted rows, newest first, and which of them a query already finds. It reloads itself. */
export function dataCloudPage(dataCloud: DataCloud, nowMs: number, delayMs: number): HttpResponse {
  const rows = dataCloud.ingested();
  const sections = dataCloud.objects().map(({ connector, object, primaryKey, columns }) => {
    const own = rows.filter((row) => row.connector === connector && row.object === object);
    const newest = own.slice(-ROWS_SHOWN).reverse();
    const found = dataCloud.records(connector, object).length;
    return `<h2>${escapeHtml(connector)} / ${escapeHtml(object)}</h2>
<p>${Object.entries(columns)
      .map(
        ([name, type]) =>
          `${escapeHtml(name)} <small>${type}${name === primaryKey ? ', primary key' : ''}</small>`,
      )
      .join(' · ')}</p>
<p>${own.length} accepted, ${found} found by a query now.</p>
${newest.length === 0 ? '' : `<table><tr><th>accepted<th>what<th>key<th>record<th>state</tr>${newest.map((row) => line(row, nowMs, delayMs)).join('')}</table>`}`;
  });
  return html(
    200,
    'Data Cloud of the simulated org',
    `<meta http-equiv="refresh" content="2"><style>body{max-width:70rem}table{border-collapse:collapse;font-size:.85rem}td,th{border-bottom:1px solid #ccd;padding:.2rem .6rem;text-align:left;vertical-align:top}code{word-break:break-all}</style>
<p>What the streaming Ingestion API accepted, newest first. Data Cloud processes it every few minutes: ${Math.round(delayMs / 1000)} s here.
As JSON: <code>/__simulator/data-cloud/ingested</code></p>${sections.join('')}`,
  );
}

function line({ at, operation, key, record, problems }: IngestedRow, nowMs: number, delayMs: number): string {
  const leftMs = at + delayMs - nowMs;
  const state =
    problems.length > 0
      ? `dropped: ${problems.join('; ')}`
      : leftMs > 0
        ? `in ${Math.ceil(leftMs / 1000)} s`
        : 'processed';
  const cells = [
    new Date(at).toISOString().slice(11, 19),
    operation,
    key,
    operation === 'delete' ? '' : toJson(record).slice(0, VALUE_LENGTH_MAX),
    state,
  ];
  return `<tr>${cells.map((cell, index) => (index === 3 ? `<td><code>${escapeHtml(cell)}</code>` : `<td>${escapeHtml(cell)}`)).join('')}</tr>`;
}
