// The terms of products: which version a developer agreed to, and whether a newer one waits.
import { createHash } from 'node:crypto';
import { insertProductAgreement, listProductAgreements } from '../../db/accounts/agreements.ts';
import { findProduct, type Product } from '../../db/catalog/products.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';

/** SHA-256 of the text, in hex: a text that comes back was agreed to already. */
export const versionOf = (terms: string): string => createHash('sha256').update(terms).digest('hex');

export type TermsView = {
  productId: string;
  /** The present text, and since when it is so. */
  text: string;
  version: string;
  changedAt: Date | null;
  /** When the developer agreed to the present text. Null: it waits. */
  agreedAt: Date | null;
  /** When they last agreed to an earlier one. */
  agreedBefore: Date | null;
};

/** Null for a product without terms, and for what has no product or no owner. */
export async function viewTerms(
  act: Pick<Act, 'tx' | 'service'>,
  { accountId, productId }: { accountId: string | null; productId: string | null },
): Promise<TermsView | null> {
  const serviceId = act.service.id;
  const product = accountId && productId ? await findProduct(act.tx, serviceId, productId) : null;
  if (!accountId || !product || product.terms === '') return null;
  const agreements = await listProductAgreements(act.tx, { serviceId, accountId, productId: product.id });
  const version = versionOf(product.terms);
  return {
    productId: product.id,
    text: product.terms,
    version,
    changedAt: product.termsChangedAt,
    agreedAt: agreements.find(({ termsVersion }) => termsVersion === version)?.agreedAt ?? null,
    agreedBefore: agreements[0]?.agreedAt ?? null,
  };
}

/** Of the product and the owner of a subscription. */
export const viewTermsOf = (
  act: Pick<Act, 'tx' | 'service'>,
  { owner, scope }: Pick<SubscriptionView, 'owner' | 'scope'>,
): Promise<TermsView | null> =>
  viewTerms(act, { accountId: owner?.id ?? null, productId: scope.kind === 'product' ? scope.id : null });

/** Notes that an account agrees to a product's present terms. False when it did before. */
export function agreeToTermsOf(
  act: Act,
  accountId: string,
  { id: productId, terms: text }: Pick<Product, 'id' | 'terms'>,
): Promise<boolean> {
  const termsVersion = versionOf(text);
  const row = { serviceId: act.service.id, accountId, productId, termsVersion, text, agreedAt: act.now };
  return insertProductAgreement(act.tx, row);
}

/** Errors: `terms_not_agreed` while terms of its product wait for the owner. */
export async function demandAgreement(
  act: Act,
  subscription: { accountId: string | null; productId: string | null },
): Promise<void> {
  const terms = await viewTerms(act, subscription);
  if (terms && !terms.agreedAt) throw new DomainError('terms_not_agreed');
}
