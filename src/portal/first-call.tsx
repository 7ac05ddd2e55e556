// How to call an API: a line of curl, when the gateway's address is known.
import { KEY_NAMES } from '../domain/key-names.ts';
import { MailTo } from './mail-to.tsx';
import { say, Words } from './say.tsx';
import type { Site } from './site.tsx';

/** Its path has no slash before it. Without a name of its own its key is in the header that every API has. */
export type CallableApi = { path: string; keyHeader: string | null };

/** The shell's variable for a key that isn't part of the page. */
export const KEY_VARIABLE = 'API_KEY';

/** `apiKey`: shown in the line; otherwise a shell variable stands for it. */
export function FirstCall({ site, api, apiKey }: { site: Site; api: CallableApi | null; apiKey?: string }) {
  const { gatewayUrl, supportEmail } = site.policy;
  const header = api?.keyHeader ?? KEY_NAMES.header;
  if (gatewayUrl === null || api === null)
    return (
      <p className="hint">
        <Words
          text="Send a key in the header <code>{header}</code> of each call. If you don’t know where to call, write to {support}."
          header={header}
          support={<MailTo email={supportEmail} />}
        />
      </p>
    );
  const url = addressOf(gatewayUrl, api.path);
  const sent = apiKey === undefined ? `"${header}: $${KEY_VARIABLE}"` : quotedText(`${header}: ${apiKey}`);
  return (
    <>
      <p>{say('Send a key in the header of each call:')}</p>
      <div className="code">
        <pre data-copy={say('the command')}>{`curl -H ${sent} ${quoted(url)}`}</pre>
      </div>
    </>
  );
}

/** An API's path goes behind the gateway's address. */
export const addressOf = (gatewayUrl: string, path: string): string =>
  path === '' ? gatewayUrl : `${gatewayUrl}/${path}`;

/** A key from elsewhere may have any sign, and a shell would run some of them. */
const quotedText = (text: string): string =>
  /^[\w.:/~ =+-]+$/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;

/** A shell would read some characters of an address. */
const quoted = (url: string): string => (/^[\w.:/~-]+$/.test(url) ? url : `'${url.replaceAll("'", '%27')}'`);
