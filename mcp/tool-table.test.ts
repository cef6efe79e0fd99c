import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../functions/api/routes/table.ts';
import { readApiDocument } from './api-document.ts';
import { apiTools } from './api-tools.ts';
import type { Workbench } from './tool.ts';
import { LEFT_OUT, SECRET_FIELDS, TOOL_TABLE, toolName } from './tool-table.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const document = readApiDocument(root);
const workbench: Workbench = {
  root,
  document,
  allowsWrites: true,
  showsPayloads: false,
  connect() {
    throw new Error('expected no tool to be called');
  },
};
const tools = apiTools(workbench);

/** Reads by POST, because the query does not belong in a URL. */
const READS_BY_POST = ['countErasable'];

describe('the table of tools', () => {
  it('has every route of the API, as a tool or as one that is left out for a reason', () => {
    const inTable = new Set(TOOL_TABLE.map(({ operation }) => operation));
    const leftOut = new Set(Object.keys(LEFT_OUT));
    const ids = ROUTES.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(50);
    expect(ids.filter((id) => inTable.has(id) === leftOut.has(id))).toEqual([]);
    expect([...inTable, ...leftOut].filter((id) => !ids.includes(id))).toEqual([]);
    for (const reason of Object.values(LEFT_OUT)) expect(reason).toMatch(/\w+ \w+/);
  });

  it.each(ROUTES.map((route) => [route.id, route] as const))('says of %s what it does', (id, route) => {
    for (const row of TOOL_TABLE.filter(({ operation }) => operation === id)) {
      const isRead = route.method === 'GET' || READS_BY_POST.includes(id);
      expect({ id, isRead: row.effect === 'read' }).toEqual({ id, isRead });
      if (route.method === 'DELETE') expect(row.effect).toBe('destroy');
      expect({ id, isAdmin: row.isAdmin === true }).toEqual({ id, isAdmin: route.access === 'admin' });
      expect(route.access).not.toBe('public');
    }
  });

  it('gives each tool a name of its own that every client takes', () => {
    const names = TOOL_TABLE.map(toolName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z\d_]{1,40}$/);
  });
});

describe('a tool', () => {
  it.each(tools.map((tool) => [tool.name, tool] as const))(
    '%s takes its fields, and no secret',
    (_name, tool) => {
      expect(tool.description.length).toBeGreaterThan(5);
      // In a path, `token` is its id.
      const given = Object.keys(tool.fields).filter(
        (field) => field !== 'token' || tool.name !== 'delete_app_token',
      );
      expect(given.filter((field) => SECRET_FIELDS.has(field))).toEqual([]);
      for (const field of tool.required) expect(tool.fields).toHaveProperty(field);
      expect(tool.required.includes('confirm_app')).toBe(tool.effect === 'destroy');
      // References would point outside the schema.
      expect(JSON.stringify(tool.fields)).not.toContain('$ref');
    },
  );

  it('has each field from one place: none of the path is one of the body', () => {
    for (const { id, pathFields, queryFields, bodyFields } of document.operations.values()) {
      const names = [pathFields, queryFields, bodyFields].flatMap((fields) => Object.keys(fields));
      expect({ id, twice: names.filter((name, at) => names.indexOf(name) !== at) }).toEqual({
        id,
        twice: [],
      });
    }
  });

  it('leaves room for the conversation: all of them together', () => {
    const characters = (effects: readonly string[]) =>
      JSON.stringify(
        tools
          .filter(({ effect }) => effects.includes(effect))
          .map(({ name, description, fields, required }) => ({ name, description, fields, required })),
      ).length;
    // A token has about four characters.
    expect(characters(['read'])).toBeLessThan(24_000);
    expect(characters(['read', 'write', 'destroy'])).toBeLessThan(72_000);
  });
});
