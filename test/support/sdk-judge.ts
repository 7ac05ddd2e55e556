// Holds each answer against the mappers of the SDK that asked: types, required properties, enums, unknown properties.
type Mapper = {
  serializedName?: string;
  required?: boolean;
  constraints?: { MaxLength?: number; MinLength?: number; Pattern?: RegExp };
  type: {
    name: string;
    className?: string;
    allowedValues?: unknown[];
    element?: Mapper;
    value?: Mapper;
    modelProperties?: Record<string, Mapper>;
    additionalProperties?: Mapper;
  };
};
type Models = Record<string, { type: Mapper['type'] }>;
type Spec = {
  path?: string;
  responses: Record<string, { bodyMapper?: Mapper; headersMapper?: Mapper }>;
  serializer: { modelMappers: Models };
};
type Raw = {
  status: number;
  bodyAsText?: string | null;
  headers: { get(name: string): string | undefined };
  request: { method: string; url: string };
};
type Send = (args: { options?: Record<string, unknown> }, spec: Spec) => Promise<unknown>;
type OnResponse = (raw: Raw, flat: unknown, error?: unknown) => void;

export type Exchange = { method: string; url: string; status: number; body: unknown; faults: string[] };

/** Every exchange of this client from now on, judged. */
export function judge(client: object): Exchange[] {
  const seen: Exchange[] = [];
  const judged = client as { sendOperationRequest: Send };
  const inner = judged.sendOperationRequest.bind(client);
  judged.sendOperationRequest = (args, spec) => {
    // The pollers have one of their own.
    const theirs = args.options?.onResponse as OnResponse | undefined;
    const onResponse: OnResponse = (raw, flat, error) => {
      seen.push(exchangeOf(spec, raw));
      theirs?.(raw, flat, error);
    };
    return inner({ ...args, options: { ...args.options, onResponse } }, spec);
  };
  return seen;
}

function exchangeOf(spec: Spec, raw: Raw): Exchange {
  const { method, url } = raw.request;
  const { status } = raw;
  const body = raw.bodyAsText ? JSON.parse(raw.bodyAsText) : undefined;
  const expected = spec.responses[status] ?? spec.responses.default;
  const faults: string[] = [];
  if (status < 400 && !spec.responses[status]) faults.push(`the SDK doesn't expect ${status}`);
  if (expected?.bodyMapper && method !== 'HEAD') {
    if (body === undefined) faults.push(`${status} without a body`);
    hold(expected.bodyMapper, body, spec.serializer.modelMappers, '$', faults);
  } else if (status < 400 && body !== undefined && spec.responses[status])
    faults.push(`${status} has a body that the SDK doesn't read`);
  const isList = expected?.bodyMapper?.type.className?.endsWith('Collection');
  const wantsTag = JSON.stringify(expected?.headersMapper?.type.modelProperties ?? {}).includes('"etag"');
  if (status < 300 && wantsTag && !isList && !raw.headers.get('etag')) faults.push('no ETag');
  return { method, url, status, body, faults };
}

/** Of the SDK's own patterns, the one that Azure's own texts break. */
const NOT_HELD = new Set(['$.properties.parameters[].description']);

function hold(mapper: Mapper, value: unknown, models: Models, path: string, faults: string[]): void {
  const bad = (wanted: string) => faults.push(`${path} should be ${wanted}: ${JSON.stringify(value)}`);
  if (value === undefined || value === null) {
    if (mapper.required) bad('there');
    return;
  }
  const { type } = mapper;
  switch (type.name) {
    case 'String':
      if (typeof value !== 'string') bad('a text');
      else holdLimits(mapper, value, path, bad);
      break;
    case 'Number':
      if (typeof value !== 'number') bad('a number');
      break;
    case 'Boolean':
      if (typeof value !== 'boolean') bad('true or false');
      break;
    case 'DateTime':
      if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value))
        bad('a time');
      break;
    case 'Enum':
      if (!type.allowedValues?.includes(value)) bad(`one of ${type.allowedValues}`);
      break;
    case 'Sequence':
      if (!Array.isArray(value)) bad('a list');
      else for (const one of value) hold(type.element as Mapper, one, models, `${path}[]`, faults);
      break;
    case 'Dictionary':
      for (const [key, one] of Object.entries(value))
        hold(type.value as Mapper, one, models, `${path}.${key}`, faults);
      break;
    case 'Composite':
      if (typeof value !== 'object' || Array.isArray(value)) bad('an object');
      else holdObject(type, value as Record<string, unknown>, models, path, faults);
  }
}

function holdLimits({ constraints }: Mapper, value: string, path: string, bad: (wanted: string) => void) {
  if (!constraints || NOT_HELD.has(path.replace('$.value[]', '$'))) return;
  const { MaxLength, MinLength, Pattern } = constraints;
  if (MaxLength !== undefined && value.length > MaxLength) bad(`at most ${MaxLength} characters`);
  if (MinLength !== undefined && value.length < MinLength) bad(`at least ${MinLength} characters`);
  if (Pattern && !new RegExp(Pattern).test(value)) bad(`like ${Pattern}`);
}

/** Names of properties by their way through the body: `true` for one that a mapper describes. */
type Known = { [name: string]: Known | true };

function holdObject(
  type: Mapper['type'],
  value: Record<string, unknown>,
  models: Models,
  path: string,
  faults: string[],
): void {
  const full = type.modelProperties ? type : (models[type.className ?? '']?.type ?? type);
  const known: Known = {};
  for (const property of Object.values(full.modelProperties ?? {})) {
    // `properties.email`; `\\.` is a dot in a name.
    const way = (property.serializedName ?? '').split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
    let names = known;
    let at: unknown = value;
    for (const [index, part] of way.entries()) {
      at = (at as Record<string, unknown> | null | undefined)?.[part];
      const next = names[part];
      if (index === way.length - 1) names[part] = true;
      else if (next !== true) {
        names[part] = next ?? {};
        names = names[part] as Known;
      }
    }
    hold(property, at, models, `${path}.${property.serializedName}`, faults);
  }
  if (!full.additionalProperties && full.modelProperties) findUnknown(value, known, path, faults);
}

function findUnknown(value: unknown, known: Known, path: string, faults: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value)) {
    const names = known[name];
    if (names === undefined) faults.push(`${path}.${name} is unknown to the SDK: ${JSON.stringify(one)}`);
    else if (names !== true) findUnknown(one, names, `${path}.${name}`, faults);
  }
}
