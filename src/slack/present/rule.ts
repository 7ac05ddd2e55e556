// What a rule about a domain says, and what it would have done to the last people who came.
import type { Admission } from '../../domain/rule.ts';
import { DISPOSABLE, EVERY_OTHER, shownRuleDomain } from '../../domain/rule.ts';
import type { Policy } from '../../operations/frame/context.ts';
import type { RuleView } from '../../operations/rules/rule.ts';
import type { TriedPeople } from '../../operations/rules/try.ts';
import { cut, escapeText } from './text.ts';

const MAX_NAMED = 12;
const MAX_NAME_SHOWN = 60;
const MAX_GIFTS_SHOWN = 600;

/** Who the rule is about. */
export function ruleTitle(domain: string): string {
  if (domain === EVERY_OTHER) return '*Everyone else* (`*`)';
  if (domain === DISPOSABLE) return '*Throw-away mailboxes* (`disposable`)';
  return `*${escapeText(shownRuleDomain(domain))}*`;
}

export const admissionWords = ({ signUp }: Pick<Policy, 'signUp'>): Record<Admission, string> => ({
  settings: `As the settings say: ${SETTING_WORDS[signUp]}`,
  open: 'Comes in at once',
  approval: 'Waits for an operator',
  refused: 'Is refused',
});

const SETTING_WORDS: Record<Policy['signUp'], string> = {
  off: 'no one signs up by mail',
  approval: 'waits for an operator',
  open: 'comes in at once',
};

type Gifts = Pick<RuleView, 'groups' | 'products' | 'approvesProducts'>;

export function ruleText(rule: RuleView, policy: Pick<Policy, 'signUp'>): string {
  const words = admissionWords(policy)[rule.admission];
  return [ruleTitle(rule.domain), words[0]?.toLowerCase() + words.slice(1), ...giftWords(rule)].join(' · ');
}

function giftWords({ groups, products, approvesProducts }: Gifts): string[] {
  const named = (things: { name: string }[]) =>
    escapeText(cut(things.map(({ name }) => name).join(', '), MAX_GIFTS_SHOWN));
  return [
    ...(groups.length > 0 ? [`joins ${named(groups)}`] : []),
    ...(products.length > 0
      ? [`gets ${named(products)}${approvesProducts ? ', approved at once' : ''}`]
      : []),
  ];
}

/** "9 would have come in at once: Ann Lee, Ben Berg." */
const line = (names: readonly string[], words: string): string[] =>
  names.length === 0 ? [] : [`• *${names.length}* ${words}: ${namesText(names)}`];

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map((name) => escapeText(cut(name, MAX_NAME_SHOWN)));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** `gifts`: of the rule; null when it is about to be deleted. */
export function triedText(tried: TriedPeople, gifts: Gifts | null): string {
  const { signedUp, invited, changed } = tried;
  const concerned = signedUp.open.length + signedUp.approval.length + signedUp.refused.length;
  const all =
    tried.tried === 1
      ? 'the one person who signed up or was invited'
      : `the last ${tried.tried} people who signed up or were invited`;
  if (tried.tried === 0) return 'No one has signed up or been invited yet, so there is no one to try it on.';
  if (concerned + invited.length === 0) return `It concerns none of ${all}.`;
  const given = gifts ? giftWords(gifts) : [];
  return [
    `It concerns *${concerned + invited.length}* of ${all}.${gifts ? '' : ' Without it:'}`,
    ...line(signedUp.open, 'would have come in at once'),
    ...line(signedUp.approval, 'would have waited for an operator'),
    ...line(signedUp.refused, 'would have been refused'),
    ...line(invited, `${invited.length === 1 ? 'comes' : 'come'} in anyway, because they were invited`),
    ...(concerned > 0
      ? [
          changed === 0
            ? 'The present rules say the same.'
            : `For ${changed} of them, the present rules say otherwise.`,
        ]
      : []),
    ...(given.length > 0 ? [`Each who comes in: ${given.join(' · ')}.`] : []),
    '_Nothing changes for people who are here already._',
  ].join('\n');
}
