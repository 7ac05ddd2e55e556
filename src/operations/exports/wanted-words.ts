import { DomainError } from '../../domain/domain-error.ts';
import { findOneAccount } from '../accounts/find.ts';
import { wantedAccounts } from '../accounts/wanted-words.ts';
import type { Context } from '../frame/context.ts';
import { productNamed } from '../products/named.ts';
import type { ExportKindName, Wanted } from './kinds.ts';

/** What each kind takes beside a text, for a refusal. */
const HELP: Record<Exclude<ExportKindName, 'accounts'>, string> = {
  subscriptions: 'write an account, limited, state:active or product:name',
  invitations: 'write all, or nothing for the open ones',
  usage: 'write an account, product:name, or days like from:2026-11-01 to:2026-11-30',
};

/** The rows that typed words name. Errors: `invalid_input` with an example; those of the search for an account. */
export async function wantedRows(
  context: Context,
  kind: ExportKindName,
  words: readonly string[],
): Promise<Wanted> {
  if (kind === 'accounts') return (await wantedAccounts(context, words)) as Wanted;
  const refuse = () => new DomainError('invalid_input', { fields: { filter: HELP[kind] } });
  const wanted: Wanted = {};
  const named: string[] = [];
  for (const word of words) {
    const [, option = '', value = ''] = /^([a-z]+):(.+)$/i.exec(word) ?? [];
    const name = option.toLowerCase();
    if (kind === 'invitations') {
      if (word.toLowerCase() !== 'all') throw refuse();
      wanted.all = true;
    } else if (kind === 'subscriptions' && word.toLowerCase() === 'limited') wanted.isLimited = true;
    else if (kind === 'subscriptions' && name === 'state') wanted.state = value.toLowerCase();
    else if (kind === 'usage' && (name === 'from' || name === 'to')) wanted[name] = value;
    else if (name === 'product') wanted.productId = await demandProduct(context, value);
    else if (word.includes(':')) throw refuse();
    else named.push(word);
  }
  if (named.length) wanted.accountId = (await findOneAccount(context, { text: named.join(' ') })).account.id;
  return wanted;
}

/** Errors: `product_not_found`. */
async function demandProduct(context: Context, name: string): Promise<string> {
  const id = await productNamed(context, name);
  if (id === null) throw new DomainError('product_not_found');
  return id;
}
