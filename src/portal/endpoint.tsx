// One endpoint of an API in the reference: how to call it, its parameters, body and responses.
import type { Content, Field, Parameter } from '../domain/api-document.ts';
import type { Text } from '../languages/languages.ts';
import type { OfferedApi } from '../operations/apis/offered.ts';
import type { showOfferedEndpoint } from '../operations/apis/show-offered-endpoint.ts';
import { curlOf } from './curl.ts';
import { KEY_VARIABLE } from './first-call.tsx';
import { pathOfApi } from './offer.tsx';
import { Link } from './page-parts.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';

type Shown = Awaited<ReturnType<typeof showOfferedEndpoint>>['endpoint'];

export function Endpoint({ site, offered, endpoint }: { site: Site; offered: OfferedApi; endpoint: Shown }) {
  const { api, products } = offered;
  const { method, path, summary, isDeprecated, detail } = endpoint;
  const { gatewayUrl } = site.policy;
  const needsKey = products.every(({ isSubscriptionRequired }) => isSubscriptionRequired);
  return (
    <>
      {summary ? (
        <p dir="ltr">
          <b className="method">{method}</b> <code>{path}</code>
        </p>
      ) : null}
      {isDeprecated ? (
        <p className="notice">{say('This endpoint is deprecated: new programs should use another one.')}</p>
      ) : null}
      {detail.description ? <p className="text">{detail.description}</p> : null}
      {gatewayUrl === null ? null : (
        <>
          <h2>{say('Call it')}</h2>
          <div className="code">
            <pre data-copy={say('the command')} dir="ltr">
              {curlOf(gatewayUrl, api, endpoint, needsKey)}
            </pre>
          </div>
          {needsKey ? <KeyHint products={products} /> : null}
        </>
      )}
      <Parameters parameters={detail.parameters} />
      {detail.body ? (
        <>
          <h2>{say('Body')}</h2>
          <p>
            {detail.body.isRequired ? say('Required.') : say('Optional.')} {detail.body.text}
          </p>
          <Contents contents={detail.body.contents} />
        </>
      ) : null}
      {detail.responses.length > 0 ? <h2>{say('Responses')}</h2> : null}
      {detail.responses.map(({ status, text, contents }) => (
        <section key={status} aria-label={status}>
          <h3>
            <code>{status}</code> {text}
          </h3>
          <Contents contents={contents} />
        </section>
      ))}
      <Link href={pathOfApi(api.id)}>{say('All endpoints of {api}', { api: api.name })}</Link>
    </>
  );
}

function KeyHint({ products }: Pick<OfferedApi, 'products'>) {
  return (
    <p className="hint">
      <Words
        text="Before the first call, put your key into the shell: <code>{command}</code>. Words in capitals stand for your own values."
        command={`export ${KEY_VARIABLE}=${say('YOUR_KEY')}`}
      />{' '}
      {products.length > 0 ? <a href="/portal/subscriptions">{say('My subscriptions and keys')}</a> : null}
    </p>
  );
}

const PLACES: Record<Parameter['in'], Text> = {
  path: 'In the path',
  query: 'In the query',
  header: 'Headers',
  cookie: 'Cookies',
};

function Parameters({ parameters }: { parameters: Parameter[] }) {
  if (parameters.length === 0) return null;
  const places = [...new Set(parameters.map((one) => one.in))];
  return (
    <>
      <h2>{say('Parameters')}</h2>
      {places.map((place) => (
        <section key={place} aria-label={say(PLACES[place])}>
          <h3>{say(PLACES[place])}</h3>
          <Fields fields={parameters.filter((one) => one.in === place)} />
        </section>
      ))}
    </>
  );
}

function Contents({ contents }: { contents: Content[] }) {
  return contents.map(({ mediaType, type, fields, isCut }) => (
    <div key={mediaType}>
      <p className="hint" dir="ltr">
        <code>{mediaType}</code> {type ? <code className="type">{type}</code> : null}
      </p>
      <Fields fields={fields} />
      {isCut ? (
        <p className="hint">{say('There are more fields. The OpenAPI document has them all.')}</p>
      ) : null}
    </div>
  ));
}

/** The names and types are the same in every language, and read from left to right. */
function Fields({ fields }: { fields: Field[] }) {
  if (fields.length === 0) return null;
  return (
    <ul className="fields">
      {fields.map(({ name, type, isRequired, text }) => (
        <li key={name}>
          <code>{name}</code> <code className="type">{type}</code>
          {isRequired ? <small>{say('required')}</small> : null}
          {text ? <p>{text}</p> : null}
        </li>
      ))}
    </ul>
  );
}
