// The app sends its token to one host for files, and limits the size and time of each download.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebClient } from '@slack/web-api';
import { afterEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.ts';
import { downloadTextFile, filesOriginOf, MAX_FILE_BYTES, uploadFile } from '../../src/slack/jobs/files.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Slack with one file at this address. */
async function slackWith(file: (origin: string) => Record<string, unknown>, files: RequestListener) {
  let origin = '';
  const tokens: (string | undefined)[] = [];
  origin = await serve((req, res) => {
    if (req.url?.startsWith('/api/files.info')) {
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ ok: true, file: { id: 'F0', name: 'a.csv', size: 9, ...file(origin) } }));
      return;
    }
    tokens.push(req.headers.authorization);
    files(req, res);
  });
  const apiUrl = `${origin}/api/`;
  const client = new WebClient('xoxb-secret', { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const taken = () => downloadTextFile({ client, botToken: 'xoxb-secret', apiUrl }, 'F0');
  return { origin, tokens, client, apiUrl, taken };
}

const atHome = (origin: string) => ({ url_private: `${origin}/files-pri/F0/a.csv` });
const refusal = async (taking: Promise<unknown>): Promise<string> => {
  const error = await taking.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DomainError) return `${error.code} ${error.detail.fields?.file}`;
  throw error ?? new Error('was taken');
};

describe('a file at Slack', () => {
  it('is fetched with the token, also from another place on the same host', async () => {
    const slack = await slackWith(atHome, (req, res) => {
      if (req.url === '/other') res.end('email\n');
      else res.writeHead(302, { location: '/other' }).end();
    });
    expect(await slack.taken()).toEqual({ name: 'a.csv', text: 'email\n', notes: [] });
    expect(slack.tokens).toEqual(['Bearer xoxb-secret', 'Bearer xoxb-secret']);
  });

  it('never takes the token to another host, whether the file or a redirect names that host', async () => {
    const asked: string[] = [];
    const other = await serve((req, res) => {
      asked.push(req.url ?? '');
      res.end('email\n');
    });
    const named = await slackWith(
      () => ({ url_private: `${other}/files-pri/F0/a.csv` }),
      (_, res) => res.end(),
    );
    expect(await refusal(named.taken())).toMatch(/invalid_input Slack doesn't let this app download it/);
    const sentOn = await slackWith(atHome, (_, res) => {
      res.writeHead(302, { location: `${other}/login` }).end();
    });
    expect(await refusal(sentOn.taken())).toMatch(/doesn't let this app download it/);
    expect(asked).toEqual([]);
  });

  it.each([
    'https://files.slack.com@evil.example/a',
    'https://files.slack.com.evil.example/a',
    'https://user:word@files.slack.com/a',
    'http://files.slack.com/a',
    'file:///etc/passwd',
    'no address',
    '',
  ])('is not fetched from %s', async (url) => {
    const slack = await slackWith(
      () => ({ url_private: url }),
      (_, res) => res.end(),
    );
    const taking = downloadTextFile(
      { client: slack.client, botToken: 'xoxb-secret', apiUrl: 'https://slack.com/api/' },
      'F0',
    );
    expect(await refusal(taking)).toMatch(/doesn't let this app download it|only has a link to it/);
    expect(slack.tokens).toEqual([]);
  });

  it('is given up when it redirects without end or to another host', async () => {
    const slack = await slackWith(atHome, (req, res) => {
      res.writeHead(302, { location: req.url }).end();
    });
    expect(await refusal(slack.taken())).toMatch(/doesn't let this app download it/);
    expect(slack.tokens.length).toBeLessThan(10);
    const external = await slackWith(
      (origin) => ({ ...atHome(origin), is_external: true }),
      (_, res) => res.end(),
    );
    expect(await refusal(external.taken())).toMatch(/only has a link to it/);
  });

  it('is cut off, not read to its end, when it is larger than Slack said', async () => {
    let sent = 0;
    const slack = await slackWith(atHome, (_, res) => {
      const more = () => {
        if (res.destroyed) return;
        sent += 100_000;
        res.write(Buffer.alloc(100_000, 'a'), () => setImmediate(more));
      };
      more();
    });
    expect(await refusal(slack.taken())).toMatch(/larger than 5 MB/);
    expect(sent).toBeLessThan(3 * MAX_FILE_BYTES);
  });

  it('is refused when it is no text; a host that fails is a fault', async () => {
    const slack = await slackWith(atHome, (_, res) => res.end(Buffer.from([0xff, 0xfe, 0x00])));
    expect(await refusal(slack.taken())).toMatch(/isn't a text file/);
    const broken = await slackWith(atHome, (_, res) => res.writeHead(503).end());
    await expect(broken.taken()).rejects.toThrow('a file could not be had: 503');
  });
});

it('a file goes to Slack’s own host only', async () => {
  const asked: string[] = [];
  const other = await serve((req, res) => {
    asked.push(req.url ?? '');
    res.end();
  });
  const origin = await serve((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ ok: true, upload_url: `${other}/upload`, file_id: 'F0' }));
  });
  const apiUrl = `${origin}/api/`;
  const client = new WebClient('xoxb-secret', { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const giving = uploadFile(
    { client, apiUrl, channelId: 'D0' },
    { name: 'a.csv', bytes: Buffer.from('email\n') },
  );
  await expect(giving).rejects.toThrow('no address to upload to');
  expect(asked).toEqual([]);
});

it.each([
  ['https://slack.com/api/', 'https://files.slack.com'],
  ['https://slack-gov.com/api/', 'https://files.slack-gov.com'],
  ['http://127.0.0.1:3000/playground/slack/api/', 'http://127.0.0.1:3000'],
])('for %s the files are at %s', (apiUrl, origin) => expect(filesOriginOf(apiUrl)).toBe(origin));
