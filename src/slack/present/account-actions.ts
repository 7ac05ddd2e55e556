// What each change of many accounts is called, and what follows from it.

type Words = {
  /** "Block", before "37 accounts". */
  verb: string;
  /** After it. */
  rest?: string;
  /** What follows for a developer. */
  effect: string;
};

const ACTION_WORDS: Record<string, Words> = {
  block: {
    verb: 'Block',
    effect: "They can't sign in or call any API from the next request on.",
  },
  activate: {
    verb: 'Activate',
    effect: 'They can sign in and call the APIs that they have subscriptions to.',
  },
  delete: {
    verb: 'Delete',
    effect:
      'Access and links end at once, and the emails can be used again. Personal data is erased later; until then the accounts can be restored.',
  },
  resend: {
    verb: 'Mail the link again to',
    effect: 'Each gets the link that confirms their email again. The former link dies.',
  },
  join: { verb: 'Add', rest: ' to groups', effect: 'This can change what they see and call.' },
  leave: { verb: 'Remove', rest: ' from groups', effect: 'This can change what they see and call.' },
  undo: {
    verb: 'Take back what was done to',
    effect: 'What was done to each is taken back, unless it was changed since.',
  },
};

const wordsOf = (action: string): Words => ACTION_WORDS[action] ?? { verb: 'Change', effect: '' };

export const accountCountText = (count: number): string =>
  count === 1 ? '1 account' : `${count.toLocaleString('en-US')} accounts`;

/** "Block 37 accounts", in plain text. */
export function actionTitle(action: string, count: number, groupNames: readonly string[] = []): string {
  const { verb, rest = '' } = wordsOf(action);
  const [only, ...more] = groupNames;
  const named = only && more.length === 0 ? rest.replace('groups', `“${only}”`) : rest;
  return `${verb} ${accountCountText(count)}${named}`;
}

export const actionEffect = (action: string): string => wordsOf(action).effect;
