import { expect, it } from 'vitest';
import { changes } from './changes.ts';

it('names what differs between two recorded states, and nothing else', () => {
  expect(changes({ name: 'a', role: 'viewer', tags: [1] }, { name: 'a', role: 'editor', tags: [1, 2] })).toEqual([
    { field: 'role', before: 'viewer', after: 'editor' },
    { field: 'tags', before: '[1]', after: '[1,2]' },
  ]);
});

it('reads a state that is nothing, or no object', () => {
  expect(changes(null, { name: '<b>' })).toEqual([{ field: 'name', before: '—', after: '<b>' }]);
  expect(changes('on', 'off')).toEqual([{ field: 'value', before: 'on', after: 'off' }]);
  expect(changes(undefined, undefined)).toEqual([]);
});
