import { z } from '@hono/zod-openapi';
import { AppError, experimentRequest, newId } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { checkBody, checkParams, checkQuery, checkRefs } from './validate.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? `${error.status} ${error.code}` : 'something else';
  }
};
const body = z.strictObject({
  name: z.string().max(10),
  role: z.enum(['a', 'b']).optional(),
  inner: z.strictObject({ n: z.number() }).optional(),
});

describe('checkBody', () => {
  it.each([
    ['a field that does not exist', { name: 'x', admin: true }, '400 UNKNOWN_FIELD'],
    ['one inside', { name: 'x', inner: { n: 1, m: 2 } }, '400 UNKNOWN_FIELD'],
    ['an operator object where a text is due', { name: { not: '' } }, '400 PARAMETER_INVALID'],
    ['a list where a text is due', { name: ['x'] }, '400 PARAMETER_INVALID'],
    ['a missing field', {}, '400 PARAMETER_INVALID'],
    ['a list for the whole', [], '400 PARAMETER_INVALID'],
    ['a text that is too long', { name: 'x'.repeat(11) }, '422 VALUE_INVALID'],
    ['a choice that there is not', { name: 'x', role: 'c' }, '422 VALUE_INVALID'],
    ['__proto__', JSON.parse('{"name":"x","__proto__":{"isAdmin":true}}'), '400 UNKNOWN_FIELD'],
    ['constructor', JSON.parse('{"name":"x","constructor":{"prototype":{"isAdmin":true}}}'), '400 UNKNOWN_FIELD'],
  ])('refuses %s', (_, value, expected) => {
    expect(codeOf(() => checkBody(body, value))).toBe(expected);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it('names the place of the fault', () => {
    expect(() => checkBody(body, { name: 'x', inner: { n: '1' } })).toThrow(/inner\.n/);
  });

  it('tells a wrong kind of holdout from a wrong shape', () => {
    const base = { datasetId: 'ds', target: 't' };
    expect(codeOf(() => checkBody(experimentRequest, { ...base, holdout: 'half' }))).toBe('422 VALUE_INVALID');
    expect(codeOf(() => checkBody(experimentRequest, { ...base, holdout: {} }))).toBe('400 PARAMETER_INVALID');
  });
});

describe('checkQuery', () => {
  const query = z.strictObject({ limit: z.coerce.number().int().max(200).optional() });
  it.each([
    ['limit=1&limit=2', '400 PARAMETER_INVALID'],
    ['id[not]=1', '400 UNKNOWN_FIELD'],
    ['limit=1000', '400 PARAMETER_INVALID'],
    ['limit=many', '400 PARAMETER_INVALID'],
    ['limit=10', 'accepted'],
    ['', 'accepted'],
  ])('%s: %s', (search, expected) => {
    expect(codeOf(() => checkQuery(query, new URLSearchParams(search)))).toBe(expected);
  });
});

describe('ids', () => {
  it('answers every other form like an unknown id', () => {
    const forms = [
      '',
      '..',
      '%2e%2e%2f',
      'prj_',
      newId('model'),
      `${newId('project')}'`,
      'prj_../../etc/passwd',
      '__proto__',
    ];
    for (const id of forms) expect(codeOf(() => checkParams({ id: 'project' }, { id }))).toBe('404 NOT_FOUND');
    expect(codeOf(() => checkParams({ id: 'project' }, { id: newId('project') }))).toBe('accepted');
    expect(codeOf(() => checkRefs({ 'body.datasetId': 'dataset' }, {}, { datasetId: '../x' }))).toBe('404 NOT_FOUND');
  });
});
