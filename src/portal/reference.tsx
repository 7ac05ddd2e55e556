// The reference of an API: its address, its endpoints, and what a call of one needs and gets. Works without scripts.
import type { Hono } from 'hono';
import { KEY_NAMES, keyNamesOf } from '../domain/key-names.ts';
import { publishedDocument, serverOf } from '../domain/published-document.ts';
import type { OfferedApi } from '../operations/apis/offered.ts';
import { readOfferedDocument } from '../operations/apis/read-offered-document.ts';
import { showOfferedApi } from '../operations/apis/show-offered.ts';
import { showOfferedEndpoint } from '../operations/apis/show-offered-endpoint.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { Endpoint } from './endpoint.tsx';
import { nullOnCode } from './field-errors.ts';
import { addressOf } from './first-call.tsx';
import {
  APIS_PATH,
  PRODUCTS_PATH,
  pathOfApi,
  pathOfEndpoint,
  pathOfProduct,
  subscriptionsByProduct,
} from './offer.tsx';
import { Link } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Me, Site } from './site.tsx';
import { pathOfSubscription } from './subscription-labels.ts';

const NOT_SHOWN = ['api_not_found', 'invalid_input'] as const;
/** A list that a reader takes in at a glance needs no search. */
const MIN_SEARCHED = 12;
/** Of the documents that are kept, in characters. */
const MAX_PUBLISHED = 32 * 1_024 * 1_024;

export function registerReference(portal: Hono<WebEnv>, site: Site): void {
  const reading =
    (work: (c: WebContext, me: Me | null) => Promise<Response | null>) => async (c: WebContext) => {
      const me = await site.me(c);
      if (!me && c.req.query('sign-in') !== undefined) return site.askToSignIn(c);
      return (await work(c, me)) ?? noSuchApi(site, me, c);
    };
  const contextOf = (c: WebContext, me: Me | null) => me?.context ?? site.developerContext(c);
  const publish = createPublisher();

  portal.get(
    `${APIS_PATH}/:id`,
    reading(async (c, me) => {
      const wanted = wantedIn(c);
      const found = await nullOnCode(showOfferedApi(contextOf(c, me), wanted), NOT_SHOWN);
      return found && showApi(site, me, found, wanted.text ?? '');
    }),
  );
  portal.get(
    `${APIS_PATH}/:id/openapi.json`,
    reading(async (c, me) => {
      await site.guard.beforeDocument(c);
      const found = await nullOnCode(readOfferedDocument(contextOf(c, me), { apiId: idIn(c) }), NOT_SHOWN);
      if (!found) return null;
      return c.body(publish(found, site.policy.gatewayUrl), 200, {
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': 'attachment; filename="openapi.json"',
      });
    }),
  );
  portal.get(
    `${APIS_PATH}/:id/:endpoint`,
    reading(async (c, me) => {
      const wanted = { apiId: idIn(c), endpointId: c.req.param('endpoint') ?? '' };
      const found = await nullOnCode(showOfferedEndpoint(contextOf(c, me), wanted), NOT_SHOWN);
      if (!found) return null;
      const { endpoint, ...offered } = found;
      return site.sessionPage(
        me,
        endpoint.summary || `${endpoint.method} ${endpoint.path}`,
        <Endpoint site={site} offered={offered} endpoint={endpoint} />,
      );
    }),
  );
}

const idIn = (c: WebContext): string => c.req.param('id') ?? '';

function wantedIn(c: WebContext) {
  const after = c.req.query('after');
  const text = c.req.query('find');
  return {
    apiId: idIn(c),
    ...(text === undefined ? {} : { text }),
    ...(after === undefined ? {} : { after: Number(after) }),
  };
}

/** The documents that were asked for last, ready to send: a large one takes a while to write. */
function createPublisher() {
  const known = new Map<string, string>();
  let size = 0;
  return (
    { api, document }: Awaited<ReturnType<typeof readOfferedDocument>>,
    gatewayUrl: string | null,
  ): string => {
    const names = keyNamesOf(api) ?? KEY_NAMES;
    const server = serverOf(gatewayUrl, api.path);
    const key = JSON.stringify([api.id, api.documentHash, server, names]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = JSON.stringify(publishedDocument(JSON.parse(document), server, names));
    known.set(key, made);
    size += made.length;
    for (const [oldest, text] of known) {
      if (size <= MAX_PUBLISHED) break;
      known.delete(oldest);
      size -= text.length;
    }
    return made;
  };
}

function noSuchApi(site: Site, me: Me | null, c: WebContext): Response {
  const content = (
    <>
      <p>
        {me
          ? say('It may have been withdrawn, or your account can’t see it.')
          : say('It may have been withdrawn, or you may need to sign in to see it.')}
      </p>
      {me ? null : (
        <Link href={`${c.req.path}?sign-in`} look="button">
          {say('Sign in')}
        </Link>
      )}
      <Link href={PRODUCTS_PATH} look={me ? 'button' : 'way'}>
        {say('See the products')}
      </Link>
    </>
  );
  return site.sessionPage(me, say('API not found'), content, 404);
}

type Found = Awaited<ReturnType<typeof showOfferedApi>>;

async function showApi(site: Site, me: Me | null, found: Found, text: string): Promise<Response> {
  const { api, products, document, endpoints, next } = found;
  const { gatewayUrl } = site.policy;
  const own = await subscriptionsByProduct(me);
  const subscription = products.map(({ id }) => own.get(id)).find((one) => one?.state === 'active');
  const content = (
    <>
      <p className="hint">
        <Words text="Part of {products}" products={<ProductLinks products={products} />} />
      </p>
      <div className="code">
        <pre data-copy={say('the address')} dir="ltr">
          {gatewayUrl ? addressOf(gatewayUrl, api.path) : `/${api.path}`}
        </pre>
      </div>
      {document?.description ? <p className="text">{document.description}</p> : null}
      {subscription ? <Link href={pathOfSubscription(subscription.id)}>{say('Show my key')}</Link> : null}
      {document === null ? (
        <p>{say('There is no description of its endpoints here.')}</p>
      ) : (
        <>
          <h2>{say('Endpoints')}</h2>
          {document.endpointCount >= MIN_SEARCHED ? <Search path={pathOfApi(api.id)} text={text} /> : null}
          <Endpoints apiId={api.id} endpoints={endpoints} />
          {next === null ? null : (
            <Link href={`${pathOfApi(api.id)}?${searchOf(text, next)}`} rel="next">
              {say('Next')}
            </Link>
          )}
          <Link href={`${pathOfApi(api.id)}/openapi.json`} look="button quiet">
            {say('Download the OpenAPI document')}
          </Link>
        </>
      )}
    </>
  );
  return site.sessionPage(me, api.name, content);
}

const searchOf = (text: string, after: number): URLSearchParams =>
  new URLSearchParams({ ...(text ? { find: text } : {}), after: String(after) });

function ProductLinks({ products }: Pick<OfferedApi, 'products'>) {
  return products.map(({ id, name }, index) => (
    <span key={id}>
      {index > 0 ? ', ' : ''}
      <a href={pathOfProduct(id)}>{name}</a>
    </span>
  ));
}

function Search({ path, text }: { path: string; text: string }) {
  return (
    <search>
      <form className="find" action={path}>
        <label htmlFor="find">{say('Find an endpoint')}</label>
        <div className="find-line">
          <input
            id="find"
            name="find"
            type="search"
            defaultValue={text}
            autoComplete="off"
            spellCheck={false}
          />
          <button className="quiet" type="submit">
            {say('Find')}
          </button>
        </div>
      </form>
    </search>
  );
}

function Endpoints({ apiId, endpoints }: { apiId: string; endpoints: Found['endpoints'] }) {
  if (endpoints.length === 0) return <p role="status">{say('No endpoint has these words.')}</p>;
  const tags = [...new Set(endpoints.map(({ tag }) => tag))];
  return tags.map((tag) => (
    <section key={tag} aria-label={tag || say('Other endpoints')}>
      {tag === '' && tags.length === 1 ? null : <h3>{tag || say('Other endpoints')}</h3>}
      <ul className="endpoints">
        {endpoints
          .filter((one) => one.tag === tag)
          .map(({ id, method, path, summary, isDeprecated }) => (
            <li key={id}>
              <a href={pathOfEndpoint(apiId, id)} dir="ltr">
                <b className="method">{method}</b> <code>{path}</code>
              </a>
              {isDeprecated ? <span className="mark waits">{say('Deprecated')}</span> : null}
              {summary ? <span className="hint">{summary}</span> : null}
            </li>
          ))}
      </ul>
    </section>
  ));
}
