// The line of curl that calls an endpoint. People paste it into a shell, so nothing in the document may end a quote there.
import type { Endpoint, EndpointDetail, Parameter } from '../domain/api-document.ts';
import { JSON_TYPE } from '../domain/api-schema.ts';
import { KEY_NAMES } from '../domain/key-names.ts';
import { addressOf, type CallableApi, KEY_VARIABLE } from './first-call.tsx';

type Called = Pick<Endpoint, 'method' | 'path' | 'detail'>;

/** `needsKey`: whether calls without one are refused. One option a line. */
export function curlOf(
  gatewayUrl: string,
  api: CallableApi & { keyQuery: string | null },
  endpoint: Called,
  needsKey: boolean,
): string {
  const { method, detail } = endpoint;
  const header = api.keyHeader ?? KEY_NAMES.header;
  const headers = neededIn(detail.parameters, 'header').filter(
    ({ name }) => HEADER_NAME.test(name) && name.toLowerCase() !== header.toLowerCase(),
  );
  const cookies = neededIn(detail.parameters, 'cookie').map(({ name, sample }) => `${name}=${sample}`);
  // `--head` takes no body.
  const body = method === 'HEAD' ? [] : bodyOf(detail.body);
  const isPlainGet = method === 'GET' && body.length === 0;
  const lines = [
    ...(method === 'HEAD' ? ['--head'] : isPlainGet ? [] : [`-X ${method}`]),
    ...(needsKey ? [`-H "${header}: $${KEY_VARIABLE}"`] : []),
    // Without a value, a colon would take the header away.
    ...headers.map(({ name, sample }) => `-H ${inQuotes(sample === '' ? `${name};` : `${name}: ${sample}`)}`),
    ...(cookies.length > 0 ? [`-b ${inQuotes(cookies.join('; '))}`] : []),
    ...body,
    inQuotes(urlOf(addressOf(gatewayUrl, api.path), api.keyQuery ?? KEY_NAMES.query, endpoint)),
  ];
  return `curl ${lines.join(' \\\n  ')}`;
}

/** Another name would be the name of a file to curl, or none. Source: RFC 9110, 5.6.2. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** A sample in JSON begins with no `@`, which would name a file. */
function bodyOf(body: EndpointDetail['body']): string[] {
  const first = body?.contents[0]?.mediaType;
  if (!body || first === undefined) return [];
  const { sample, contents } = body;
  if (sample === null) return [`-H ${inQuotes(`Content-Type: ${first}`)}`, '--data-binary @body'];
  const type = contents.find(({ mediaType }) => JSON_TYPE.test(mediaType))?.mediaType ?? 'application/json';
  return [`-H ${inQuotes(`Content-Type: ${type}`)}`, `-d ${inQuotes(sample)}`];
}

const neededIn = (parameters: readonly Parameter[], place: Parameter['in']): Parameter[] =>
  parameters.filter((one) => one.in === place && one.isRequired);

function urlOf(address: string, keyQuery: string, { path, detail: { parameters } }: Called): string {
  const samples = new Map(neededIn(parameters, 'path').map(({ name, sample }) => [name, sample]));
  const called = path.replace(/\{([^{}]*)\}|[^{}]+|[{}]/g, (part, name?: string) =>
    name === undefined ? asInAddress(part) : encodeURIComponent(samples.get(name) ?? name.toUpperCase()),
  );
  const query = neededIn(parameters, 'query')
    .filter(({ name }) => name !== keyQuery)
    .map(({ name, sample }) => `${encodeURIComponent(name)}=${encodeURIComponent(sample)}`)
    .join('&');
  const joint = query === '' ? '' : called.includes('?') ? '&' : '?';
  return `${address}${called.startsWith('/') ? '' : '/'}${called}${joint}${query}`;
}

/** What a path may not have as it is, and brackets and braces, which curl reads as lists of addresses. */
const asInAddress = (text: string): string =>
  text.replace(/%(?![\da-f]{2})|[^\w.~!$&'()*+,;=:@%/?-]+/gi, encodeURIComponent);

/** A shell reads nothing between these. A terminal would read control characters, and a line end looks like the command's. */
const inQuotes = (text: string): string =>
  `'${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll("'", "'\\''")}'`;
