// The line of curl that calls an endpoint. People paste it into a shell, so nothing in the document may end a quote there.
import type { Endpoint, Parameter } from '../domain/api-document.ts';
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
    ({ name }) => name.toLowerCase() !== header.toLowerCase(),
  );
  const body = detail.body;
  const mediaType = body?.contents[0]?.mediaType;
  const lines = [
    ...(method === 'HEAD' ? ['--head'] : method === 'GET' ? [] : [`-X ${method}`]),
    ...(needsKey ? [`-H "${header}: $${KEY_VARIABLE}"`] : []),
    ...headers.map(({ name, sample }) => `-H ${inQuotes(`${name}: ${sample}`)}`),
    ...(body && mediaType
      ? [`-H ${inQuotes(`Content-Type: ${body.sample === null ? mediaType : JSON_TYPE}`)}`]
      : []),
    ...(body && mediaType ? [`-d ${body.sample === null ? '@body' : inQuotes(body.sample)}`] : []),
    inQuotes(urlOf(addressOf(gatewayUrl, api.path), api.keyQuery ?? KEY_NAMES.query, endpoint)),
  ];
  return `curl ${lines.join(' \\\n  ')}`;
}

const JSON_TYPE = 'application/json';

const neededIn = (parameters: readonly Parameter[], place: Parameter['in']): Parameter[] =>
  parameters.filter((one) => one.in === place && one.isRequired);

function urlOf(address: string, keyQuery: string, { path, detail: { parameters } }: Called): string {
  const samples = new Map(neededIn(parameters, 'path').map(({ name, sample }) => [name, sample]));
  const called = path.replace(/\{([^{}]*)\}/g, (_, name: string) =>
    encodeURIComponent(samples.get(name) ?? name.toUpperCase()),
  );
  const query = neededIn(parameters, 'query')
    .filter(({ name }) => name !== keyQuery)
    .map(({ name, sample }) => `${encodeURIComponent(name)}=${encodeURIComponent(sample)}`);
  return `${address}${called.startsWith('/') ? '' : '/'}${called}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/** A shell reads nothing between these, and a line end would look like the end of the command. */
const inQuotes = (text: string): string => `'${text.replace(/[\r\n]+/g, ' ').replaceAll("'", "'\\''")}'`;
