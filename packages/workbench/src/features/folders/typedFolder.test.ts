import type { FolderListing } from '@axion/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { join, looksLikePath, nameOf, typedFolder } from './typedFolder.ts';

const listing: FolderListing = {
  path: '/home/ada', parent: '/home', truncated: false, writable: true,
  folders: [{ name: 'Notes', path: '/home/ada/Notes' }, { name: 'notes', path: '/home/ada/notes' }, { name: 'old notes', path: '/home/ada/old notes' }],
};

test.each([
  ['', null, null],
  ['   ', '/home/ada/Notes', null],
  ['/srv/data', '/home/ada/Notes', '/srv/data'],
  [' ~/work ', null, '~/work'],
  ['~', null, '~'],
  ['C:\\work', null, 'C:\\work'],
  ['notes', '/home/ada/old notes', '/home/ada/notes'],
  ['NOTES', '/home/ada/old notes', '/home/ada/Notes'],
  ['old', '/home/ada/old notes', '/home/ada/old notes'],
  ['old', null, '/home/ada/old'],
  ['notes/2026', null, '/home/ada/notes/2026'],
  // What the list showed for an earlier word does not count.
  ['nowhere', '/elsewhere', '/home/ada/nowhere'],
])('%j with %j in the list is %j', (typed, active, path) => {
  expect(typedFolder(listing, typed, active)).toBe(path);
});

test('whatever is typed, a path is taken as it is and anything else is below the folder that is shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(null, ...listing.folders.map((folder) => folder.path)), (typed, active) => {
      const path = typedFolder(listing, typed, active);
      if (typed.trim() === '') expect(path).toBeNull();
      else if (looksLikePath(typed)) expect(path).toBe(typed.trim());
      else expect(path?.startsWith('/home/ada/')).toBe(true);
    }),
  );
});

test('paths are joined as their system writes them', () => {
  expect([join('/', 'a'), join('/a/', 'b'), join('C:\\', 'a'), join('C:\\a', 'b'), join('\\\\host\\share', 'a')]).toEqual(['/a', '/a/b', 'C:\\a', 'C:\\a\\b', '\\\\host\\share\\a']);
  expect([nameOf('/a/b/'), nameOf('C:\\a'), nameOf('/'), nameOf('~')]).toEqual(['b', 'a', '/', '~']);
});
