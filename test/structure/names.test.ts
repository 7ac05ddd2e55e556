import { describe, expect, test } from 'vitest';
import { listFiles } from './project-files.ts';

/** Names that do not say what is inside, alone or as the last word (`date-utils`, `user-manager`). */
const EMPTY_WORD = /(^|[-.])(utils?|helpers?|commons?|shared|libs?|misc|managers?)$/i;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function findBadNames(paths: readonly string[]): string[] {
  return paths.filter((path) =>
    path
      .split('/')
      .map((name) => name.replace(/(\.test|\.config)?\.(tsx?|css)$/, ''))
      .some((name) => EMPTY_WORD.test(name) || !KEBAB.test(name)),
  );
}

test('every file and folder has a name in kebab-case that says what it is for', () => {
  const paths = ['src', 'emails', 'test'].flatMap((folder) => listFiles(folder, /\.(tsx?|css)$/));
  expect(paths.length).toBeGreaterThan(20);
  expect(findBadNames(paths)).toEqual([]);
});

describe('the rule for names', () => {
  test.each([
    'src/utils/x.ts',
    'src/db/helpers.ts',
    'src/common/x.ts',
    'src/shared/x.ts',
    'src/lib/x.ts',
    'src/web/misc.ts',
    'src/slack/view-manager.ts',
    'src/web/date-util.tsx',
    'test/support/helper.test.ts',
    'src/slack/inviteUser.ts',
    'src/Slack/invite.ts',
    'src/slack/invite_user.ts',
  ])('refuses %s', (path) => {
    expect(findBadNames([path])).toEqual([path]);
  });

  test.each(['src/domain/common-passwords.ts', 'src/operations/accounts/find.ts', 'src/db/library-links.ts'])(
    'lets pass %s',
    (path) => {
      expect(findBadNames([path])).toEqual([]);
    },
  );
});
