// How to call an API: a line of curl, when the gateway's address is known.
import type { Site } from './site.tsx';

const KEY_HEADER = 'Ocp-Apim-Subscription-Key';

/** `key`: shown in the line; otherwise a shell variable stands for it. `path`: the API's, without a slash before it. */
export function FirstCall({ site, path, apiKey }: { site: Site; path: string | null; apiKey?: string }) {
  const { gatewayUrl, supportEmail } = site.policy;
  if (gatewayUrl === null || path === null)
    return (
      <p className="hint">
        Send a key in the header <code>{KEY_HEADER}</code> of each call. If you don’t know where to call,
        write to <a href={`mailto:${supportEmail}`}>{supportEmail}</a>.
      </p>
    );
  const url = addressOf(gatewayUrl, path);
  const value = apiKey ?? '$KEY';
  return (
    <>
      <p>Send a key in the header of each call:</p>
      <div className="code">
        <pre data-copy="the command">{`curl -H "${KEY_HEADER}: ${value}" ${quoted(url)}`}</pre>
      </div>
    </>
  );
}

/** An API's path goes behind the gateway's address. */
export const addressOf = (gatewayUrl: string, path: string): string =>
  path === '' ? gatewayUrl : `${gatewayUrl}/${path}`;

/** A shell would read some characters of an address. */
const quoted = (url: string): string => (/^[\w.:/~-]+$/.test(url) ? url : `'${url.replaceAll("'", '%27')}'`);
