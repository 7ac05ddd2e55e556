// What a search-as-you-type select offers.
import { DomainError } from '../domain/domain-error.ts';
import { searchAccounts } from '../operations/accounts/search.ts';
import { listCustomGroups } from '../operations/groups/list-custom.ts';
import type { Means } from './answering.ts';
import { cut } from './present/text.ts';

const MAX_OPTIONS = 100;
/** Slack: what the value of an option may hold. An id of this length or more is found by typing its address. */
const MAX_VALUE_LENGTH = 75;

export async function optionsFor(
  means: Means,
  asked: { actionId: string; typed: string; userId: string; teamId: string },
) {
  try {
    const context = means.contextOf(await means.people.actorOf(asked.userId, asked.teamId));
    if (asked.actionId === 'groups') {
      const typed = asked.typed.toLowerCase();
      const groups = (await listCustomGroups(context, {})).filter((group) =>
        group.name.toLowerCase().includes(typed),
      );
      return groups.slice(0, MAX_OPTIONS).map(({ id, name }) => option(name, id));
    }
    const accounts = await searchAccounts(context, { text: asked.typed });
    return accounts
      .filter((account) => account.id.length <= MAX_VALUE_LENGTH)
      .map((account) => option(`${account.firstName} ${account.lastName} · ${account.email}`, account.id));
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}

const option = (text: string, value: string) => ({
  text: { type: 'plain_text' as const, text: cut(text, 75) },
  value,
});
