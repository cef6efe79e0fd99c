import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../cli/lib/failure.ts';
import { type ApiDocument, describedOperation } from './api-document.ts';
import { RESULT_CHARACTERS_MAX } from './result-text.ts';
import { expectArguments, type Tool, textOf, type Workbench } from './tool.ts';
import { TOOL_TABLE, toolName } from './tool-table.ts';

/** The pages of docs/ about using Sluice. The CLI's package includes them, too (scripts/build-cli.ts). */
export const DOC_PAGES: readonly string[] = [
  'getting-started',
  'glossary',
  'salesforce',
  'publishing',
  'webhooks',
  'inbound-webhooks',
  'data-cloud',
  'aws-targets',
  'pulling',
  'filters',
  'bloblang/README',
  'bloblang/functions',
  'bloblang/methods',
  'ordering',
  'delivery',
  'history',
  'console',
  'listening',
  'operations',
  'limits',
  'security',
  'setup-as-code',
  'heroku',
  'heroku-logs',
  'mcp',
];

/** Other files in docs/ that the server reads. */
export const DOC_FILES: readonly string[] = [
  'openapi-baseline.json',
  ...DOC_PAGES.map((page) => `${page}.md`),
];

const DOCS = 'sluice://docs/';
const OPENAPI = 'sluice://openapi';
/** The number of sections that a search shows, best first. */
const FOUND_MAX = 4;
const EXCERPT_CHARACTERS_MAX = 4_000;

interface Section {
  readonly page: string;
  /** Empty for the text before the first title. */
  readonly title: string;
  readonly text: string;
}

function pageText(root: string, page: string): string {
  return readFileSync(join(root, 'docs', `${page}.md`), 'utf8');
}

function sectionsOf(root: string, page: string): readonly Section[] {
  return pageText(root, page)
    .split(/^(?=## )/m)
    .map((text) => ({ page, title: /^## (.*)/.exec(text)?.[1] ?? '', text }));
}

function titleOf(root: string, page: string): string {
  return /^# (.*)/m.exec(pageText(root, page))?.[1] ?? page;
}

/** For clients without support for resources: most offer assistants only the tools. */
export function readDocs({ root }: Workbench): Tool {
  const tool = {
    name: 'read_docs',
    description:
      'Read the documentation of Sluice: without arguments its pages, with "query" the sections that fit best, with "page" a page, with "section" one section of it. Pages: ' +
      DOC_PAGES.join(', '),
    effect: 'read',
    isAdmin: false,
    fields: {
      query: { type: 'string', description: 'words to look for' },
      page: { type: 'string', description: 'name of a page' },
      section: { type: 'string', description: 'title of a section of the page' },
    },
    required: [],
  } as const;
  return {
    ...tool,
    run: async (given) => {
      expectArguments(tool, given);
      const query = textOf(given, 'query');
      const page = textOf(given, 'page');
      if (query !== undefined) return { words: searched(root, query, page) };
      if (page === undefined) return { words: contents(root) };
      return { words: shownPage(root, page, textOf(given, 'section')) };
    },
  };
}

function contents(root: string): string {
  return DOC_PAGES.map((page) => `${page}: ${titleOf(root, page)}`).join('\n');
}

function searched(root: string, query: string, page: string | undefined): string {
  const words = query
    .toLowerCase()
    .split(/[^\p{L}\p{N}_-]+/u)
    .filter((word) => word.length > 1);
  const pages = page === undefined ? DOC_PAGES : [knownPage(page)];
  const found = pages
    .flatMap((each) => sectionsOf(root, each))
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, FOUND_MAX);
  if (found.length === 0)
    return `Nothing is found of ${JSON.stringify(query)}. The pages are:\n${contents(root)}`;
  return found
    .map(({ section: { page: of, title, text } }) => {
      const rest = text.length - EXCERPT_CHARACTERS_MAX;
      const more = rest > 0 ? `… [${rest} more characters: read_docs with this page and section]` : '';
      return `[page ${of}${title === '' ? '' : `, section ${title}`}]\n${text.slice(0, EXCERPT_CHARACTERS_MAX).trim()}${more}`;
    })
    .join('\n\n');
}

/** Each word counts once for the text, and more in a title. */
function scoreOf({ page, title, text }: Section, words: readonly string[]): number {
  const body = text.toLowerCase();
  const head = `${page} ${title}`.toLowerCase();
  return words.reduce((sum, word) => sum + (body.includes(word) ? 1 : 0) + (head.includes(word) ? 2 : 0), 0);
}

function shownPage(root: string, page: string, section: string | undefined): string {
  const sections = sectionsOf(root, knownPage(page));
  const titles = sections.map(({ title }) => title).filter((title) => title !== '');
  if (section !== undefined) {
    const found = sections.find(({ title }) => title.toLowerCase() === section.toLowerCase());
    if (found === undefined) {
      throw new Failure(
        `expected a section of ${page}, found ${JSON.stringify(section)}: it has ${titles.join(', ')}`,
      );
    }
    return found.text;
  }
  const whole = sections.map(({ text }) => text).join('');
  if (whole.length <= RESULT_CHARACTERS_MAX) return whole;
  return `${sections[0]?.text ?? ''}\nThe page is long. Its sections, each to be read with "section": ${titles.join('; ')}`;
}

function knownPage(page: string): string {
  const name = page.replace(/\.md$/, '');
  if (DOC_PAGES.includes(name)) return name;
  throw new Failure(
    `expected a page of the documentation, found ${JSON.stringify(page)}: it has ${DOC_PAGES.join(', ')}`,
  );
}

export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly mimeType: string;
}

export function listedResources(root: string): readonly Resource[] {
  return [
    {
      uri: OPENAPI,
      name: 'Management API',
      description: `every operation, with its tool; ${OPENAPI}/{operation} has the whole of one`,
      mimeType: 'application/json',
    },
    ...DOC_PAGES.map((page) => ({
      uri: `${DOCS}${page}`,
      name: titleOf(root, page),
      description: `docs/${page}.md`,
      mimeType: 'text/markdown',
    })),
  ];
}

export const RESOURCE_TEMPLATES = [
  {
    uriTemplate: `${OPENAPI}/{operation}`,
    name: 'An operation of the management API',
    description: 'its parameters, body and answer, by its operationId',
    mimeType: 'application/json',
  },
] as const;

/** The text of a resource. Throws a `Failure` where there is none. */
export function readResource(
  root: string,
  document: ApiDocument,
  uri: string,
): { mimeType: string; text: string } {
  if (uri.startsWith(DOCS)) {
    const page = knownPage(decodeURIComponent(uri.slice(DOCS.length)));
    return { mimeType: 'text/markdown', text: pageText(root, page) };
  }
  if (uri === OPENAPI)
    return { mimeType: 'application/json', text: JSON.stringify(operationIndex(document)) };
  if (uri.startsWith(`${OPENAPI}/`)) {
    const operation = describedOperation(document, decodeURIComponent(uri.slice(OPENAPI.length + 1)));
    if (operation !== undefined) return { mimeType: 'application/json', text: JSON.stringify(operation) };
  }
  throw new Failure(
    `expected a resource of this server, found ${JSON.stringify(uri.slice(0, 200))}: resources/list has them`,
  );
}

function operationIndex({ operations }: ApiDocument) {
  return [...operations.values()].map(({ id, method, path, summary }) => ({
    operation: id,
    request: `${method} ${path}`,
    summary,
    tools: TOOL_TABLE.filter((row) => row.operation === id).map(toolName),
  }));
}
