// Products as a list: what each is, its APIs, and whether the developer has it.
import type { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { say } from './say.tsx';
import type { Me } from './site.tsx';

export const PRODUCTS_PATH = '/portal/products';
export const pathOfProduct = (id: string): string => `${PRODUCTS_PATH}/${encodeURIComponent(id)}`;

export type Product = Awaited<ReturnType<typeof listOfferedProducts>>['products'][number];
type ByProduct = ReadonlyMap<string, SubscriptionView>;

const MAX_APIS_NAMED = 5;

/** A developer's subscription to each product: a working one rather than a request. */
export async function subscriptionsByProduct(me: Me | null): Promise<ByProduct> {
  const own = me ? await listOwnSubscriptions(me.context, {}) : [];
  const pairs = (['submitted', 'active'] as const).flatMap((state) =>
    own.flatMap((one) =>
      one.scope.kind === 'product' && one.state === state ? [[one.scope.id, one] as const] : [],
    ),
  );
  return new Map(pairs);
}

export function Offer({ products, own = new Map() }: { products: readonly Product[]; own?: ByProduct }) {
  return (
    <ul className="rows">
      {products.map((product) => (
        <li key={product.id}>
          <a className="way" href={pathOfProduct(product.id)}>
            {product.name}
          </a>
          <SubscribedMark subscription={own.get(product.id)} />
          {product.description ? <p className="text">{product.description}</p> : null}
          <p className="hint">{apiNames(product)}</p>
        </li>
      ))}
    </ul>
  );
}

export function SubscribedMark({ subscription }: { subscription: SubscriptionView | undefined }) {
  if (!subscription) return null;
  return subscription.state === 'active' ? (
    <span className="mark">{say('Subscribed')}</span>
  ) : (
    <span className="mark waits">{say('Requested')}</span>
  );
}

function apiNames({ apis }: Product): string {
  if (apis.length === 0) return say('No APIs yet');
  const named = apis.slice(0, MAX_APIS_NAMED).map(({ name }) => name);
  const more = apis.length - named.length;
  return say('{count, plural, one {API} other {APIs}}: {names}{more, plural, =0 {} other { and # more}}', {
    count: apis.length,
    names: named.join(', '),
    more,
  });
}
