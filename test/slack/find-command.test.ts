import { describe, expect, it } from 'vitest';
import { findCommands, suggestCommands } from '../../src/slack/frame/find-command.ts';
import { COMMANDS } from '../../src/slack/handlers.ts';

const found = (typed: string) =>
  findCommands(COMMANDS, typed.split(' '))
    .found.map(({ name }) => name)
    .sort()
    .join(' ');
const suggested = (typed: string) =>
  suggestCommands(COMMANDS, typed)
    .map(({ name }) => name)
    .sort()
    .join(' ');

/** What people type, and the subcommand that it means. Several: the person is asked. */
const MEANT: Record<string, string> = {
  unblock: 'activate',
  unlock: 'activate',
  enable: 'activate',
  reactivate: 'activate',
  disable: 'block',
  deactivate: 'block',
  suspend: 'block',
  lock: 'block',
  remove: 'delete',
  rm: 'delete',
  del: 'delete',
  undelete: 'restore',
  recover: 'restore',
  reset: 'reset-password',
  pw: 'reset-password',
  'reset password': 'reset-password',
  find: 'show',
  who: 'show',
  get: 'show',
  ls: 'list',
  search: 'list',
  users: 'list',
  create: 'add',
  update: 'edit',
  invitations: 'invites',
  keys: 'subscriptions',
  audit: 'history',
  admins: 'operators',
  '?': 'help',
  BLOCK: 'block',
  Unblock: 'activate',
  revoke: 'invites operators tokens',
  resend: 'invites reset-password',
  grant: 'operators subscriptions',
  approve: 'activate approvals subscriptions',
};

const SUGGESTED: Record<string, string> = {
  shwo: 'show',
  eidt: 'edit',
  Blok: 'block',
  invit: 'invite',
  unblok: 'activate',
  unblokc: 'activate',
  unlok: 'activate',
  deblock: 'activate',
  'un-block': 'activate',
  dontblock: 'activate',
  deactivat: 'block',
  unactivate: 'block',
  inactivate: 'block',
  disactivate: 'block',
  disble: 'block',
  restor: 'restore',
  undelte: 'restore',
  undeleted: 'restore',
  delet: 'delete',
  remve: 'delete',
  revok: 'invites operators tokens',
  templ: 'templates',
  // As near to a word as to its opposite.
  nblock: '',
  ulock: '',
  eactivate: '',
  dactivate: '',
  nsuspend: '',
  ungrant: '',
  frobnicate: '',
  x: '',
};

describe('a subcommand', () => {
  it.each(Object.entries(MEANT))('is meant by "%s": %s', (typed, names) => {
    expect(found(typed)).toBe(names);
  });

  it.each(Object.entries(SUGGESTED))('that is misspelt as "%s" suggests: %s', (typed, names) => {
    expect(found(typed)).toBe('');
    expect(suggested(typed)).toBe(names);
  });

  it('keeps its name for itself, and names an opposite that names it back', () => {
    const names = new Set(COMMANDS.map(({ name }) => name));
    for (const { name, aliases = [], opposite } of COMMANDS) {
      expect(aliases.filter((alias) => names.has(alias))).toEqual([]);
      if (opposite) expect(COMMANDS.find((one) => one.name === opposite)?.opposite).toBe(name);
    }
  });

  it('with one wrong letter never suggests the opposite of what was meant', () => {
    for (const command of COMMANDS.filter(({ opposite }) => opposite))
      for (const word of [command.name, ...(command.aliases ?? [])])
        for (const typed of misspellings(word)) {
          const { found: exact } = findCommands(COMMANDS, [typed]);
          const names = exact.length ? [] : suggestCommands(COMMANDS, typed).map(({ name }) => name);
          expect(names, typed).not.toContain(command.opposite);
        }
  });
});

/** The word with a letter missing, doubled, wrong, or swapped with the next. */
function misspellings(word: string): string[] {
  return [...word].flatMap((letter, at) => {
    const [before, after] = [word.slice(0, at), word.slice(at + 1)];
    return [
      before + after,
      before + letter + letter + after,
      `${before}x${after}`,
      `${before}e${after}`,
      before + after.slice(0, 1) + letter + after.slice(1),
    ];
  });
}
