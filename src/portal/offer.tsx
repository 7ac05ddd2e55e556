// Products as a list: what each is, its APIs, and whether the developer has it.
import type { listOfferedProducts } from '../operations/products/list-offered.ts';
import { listOwnSubscriptions } from '../operations/subscriptions/list-own.ts';
import type { SubscriptionView } from '../operations/subscriptions/subscription.ts';
import { addressOf } from './first-call.tsx';
import { say } from './say.tsx';
import type { Me, Site } from './site.tsx';

export const PRODUCTS_PATH = '/portal/products';
export const pathOfProduct = (id: string): string => `${PRODUCTS_PATH}/${encodeURIComponent(id)}`;

export const APIS_PATH = '/portal/apis';
export const pathOfApi = (id: string): string => `${APIS_PATH}/${encodeURIComponent(id)}`;
export const pathOfEndpoint = (apiId: string, id: string): string =>
  `${pathOfApi(apiId)}/${encodeURIComponent(id)}`;

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

type OfferProps = { site: Site; products: readonly Product[]; own?: ByProduct };

export function Offer({ site, products, own = new Map() }: OfferProps) {
  return (
    <ul className="rows">
      {products.map((product) => (
        <li key={product.id}>
          <a className="way" href={pathOfProduct(product.id)}>
            {product.name}
          </a>
          <SubscribedMark subscription={own.get(product.id)} />
          {product.description ? <p className="text">{product.description}</p> : null}
          {product.apis.length === 0 ? (
            <p className="hint">{say('No APIs yet')}</p>
          ) : (
            <Apis site={site} apis={product.apis} max={MAX_APIS_NAMED} />
          )}
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

/** With where each begins. `max`: in a list of products. */
export function Apis({ site, apis, max }: { site: Site; apis: Product['apis']; max?: number }) {
  const { gatewayUrl } = site.policy;
  const shown = apis.slice(0, max);
  const more = apis.length - shown.length;
  return (
    <ul className="apis">
      {shown.map(({ id, name, path }) => (
        <li key={id}>
          <a href={pathOfApi(id)}>{name}</a>{' '}
          <code>{gatewayUrl === null ? `/${path}` : addressOf(gatewayUrl, path)}</code>
        </li>
      ))}
      {more > 0 ? <li>{say('and {count} more', { count: more })}</li> : null}
    </ul>
  );
}
