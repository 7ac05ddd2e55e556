// What the reference in the portal shows of an OpenAPI document: its endpoints, each with what a call needs and gets.
// Source: OpenAPI 3.0.4 and 3.1.1.
import {
  contentsOf,
  createSchemaReader,
  listIn,
  type SchemaReader,
  sampleOf,
  type Values,
  valuesIn,
} from './api-schema.ts';
import { cutWords, plainLine, plainWords } from './plain-words.ts';

/** A value in JSON: a parameter, or a part of a body by its path such as `items[].sku`. */
export type Field = {
  name: string;
  /** Such as `integer`, `Order[]` or `"open" | "paid"`: the same in every language. */
  type: string;
  isRequired: boolean;
  text: string;
};
/** `sample`: a value for the line of curl. */
export type Parameter = Field & { in: 'path' | 'query' | 'header' | 'cookie'; sample: string };
/** `isCut`: it has more fields than are shown. */
export type Content = { mediaType: string; type: string; fields: Field[]; isCut: boolean };

/** Of one endpoint. */
export type EndpointDetail = {
  description: string;
  parameters: Parameter[];
  /** `sample`: a small body in JSON; null where none can be made. */
  body: { isRequired: boolean; text: string; contents: Content[]; sample: string | null } | null;
  responses: { status: string; text: string; contents: Content[] }[];
};

/** Azure calls it an operation. `id` is unique in the document, whatever the case. */
export type Endpoint = {
  id: string;
  method: string;
  path: string;
  /** Empty: none. */
  tag: string;
  summary: string;
  isDeprecated: boolean;
  detail: EndpointDetail;
};

export type ApiDocument = {
  openapiVersion: string;
  title: string;
  description: string;
  endpoints: Endpoint[];
};

/** What is wrong, by its place in the document such as `paths./orders.get`. */
export type DocumentFaults = Record<string, string>;

const MAX_ENDPOINTS = 2_000;
const MAX_PATH_LENGTH = 400;
const MAX_ID_LENGTH = 80;
const MAX_PARAMETERS = 40;
const MAX_RESPONSES = 20;
const TEXT = { title: 100, summary: 150, tag: 80, description: 4_000, field: 200 } as const;
/** What a page of one endpoint may weigh beside its frame, in bytes of HTML. */
const MAX_DETAIL_BYTES = 36_000;

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const PLACES = ['path', 'query', 'header', 'cookie'] as const;
/** OpenAPI leaves these out: they are said elsewhere. */
const NO_PARAMETERS = ['accept', 'content-type', 'authorization'];

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a document that has the form of its version. */
export function readApiDocument(document: object): ApiDocument | { faults: DocumentFaults } {
  const { openapi, info, paths, tags } = valuesIn(document);
  const { title, description } = valuesIn(info);
  const endpoints: Endpoint[] = [];
  const ids = new Set<string>();
  for (const [path, written] of Object.entries(valuesIn(paths))) {
    const reader = createSchemaReader(document);
    const item = reader.resolve(written);
    for (const method of METHODS.filter((one) => item[one] !== undefined)) {
      if (path.length > MAX_PATH_LENGTH)
        return { faults: { paths: `has a path of more than ${MAX_PATH_LENGTH} characters` } };
      if (endpoints.length === MAX_ENDPOINTS)
        return { faults: { paths: `has more than ${MAX_ENDPOINTS.toLocaleString('en')} endpoints` } };
      endpoints.push(endpointOf(document, { path, method, item, ids }));
    }
  }
  return {
    openapiVersion: textIn(openapi),
    title: plainLine(title, TEXT.title),
    description: plainWords(description, TEXT.description),
    endpoints: byTag(endpoints, tags),
  };
}

type Place = { path: string; method: string; item: Values; ids: Set<string> };

function endpointOf(document: object, { path, method, item, ids }: Place): Endpoint {
  const reader = createSchemaReader(document, MAX_DETAIL_BYTES);
  const operation = valuesIn(item[method]);
  const description = plainWords(operation.description ?? item.description, TEXT.description);
  reader.take(description);
  return {
    id: idOf(textIn(operation.operationId), method, path, ids),
    method: method.toUpperCase(),
    path,
    tag: plainLine(listIn(operation.tags)[0], TEXT.tag),
    summary: plainLine(operation.summary ?? item.summary, TEXT.summary),
    isDeprecated: operation.deprecated === true,
    detail: {
      description,
      parameters: parametersOf(reader, item, operation),
      body: bodyOf(reader, operation),
      responses: responsesOf(reader, operation),
    },
  };
}

/** Its own id where that fits an address and no other endpoint has it; otherwise one made of method and path. */
function idOf(operationId: string, method: string, path: string, ids: Set<string>): string {
  const made = `${method}-${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_ID_LENGTH - 5)
    .replace(/-$/, '');
  const first = /^\w[\w.-]{0,79}$/.test(operationId) ? operationId : made;
  let id = first;
  for (let count = 2; ids.has(id.toLowerCase()); count++) id = `${made}-${count}`;
  ids.add(id.toLowerCase());
  return id;
}

function parametersOf(reader: SchemaReader, item: Values, operation: Values): Parameter[] {
  const found = new Map<string, Parameter>();
  // Those of the operation are later, and replace those of its path.
  for (const written of [...listIn(item.parameters), ...listIn(operation.parameters)]) {
    const given = reader.resolve(written);
    const name = textIn(given.name);
    const place = PLACES.find((one) => one === given.in);
    if (!place || name === '' || NO_PARAMETERS.includes(name.toLowerCase())) continue;
    if (found.size >= MAX_PARAMETERS) break;
    const schema = given.schema ?? valuesIn(Object.values(valuesIn(given.content))[0]).schema;
    const parameter = {
      name: cutWords(name, 120),
      in: place,
      type: reader.typeOf(schema),
      isRequired: place === 'path' || given.required === true,
      text: plainLine(given.description, TEXT.field),
      sample: parameterSample(reader, given, schema, name),
    };
    if (!reader.take(`${parameter.name}${parameter.type}${parameter.text}`)) break;
    found.set(`${place} ${name}`, parameter);
  }
  return [...found.values()].sort((a, b) => PLACES.indexOf(a.in) - PLACES.indexOf(b.in));
}

/** Without one in the document, its own name in capitals shows what to replace. */
function parameterSample(reader: SchemaReader, given: Values, schema: unknown, name: string): string {
  const example = given.example ?? valuesIn(Object.values(valuesIn(given.examples))[0]).value;
  const sample = example ?? reader.givenSample(schema);
  if (['string', 'number', 'boolean'].includes(typeof sample)) return cutWords(String(sample), 100);
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, 60);
}

function bodyOf(reader: SchemaReader, operation: Values): EndpointDetail['body'] {
  if (operation.requestBody === undefined) return null;
  const given = reader.resolve(operation.requestBody);
  const text = plainLine(given.description, TEXT.field);
  reader.take(text);
  return {
    isRequired: given.required === true,
    text,
    contents: contentsOf(reader, given.content, 'request'),
    sample: sampleOf(reader, given.content),
  };
}

function responsesOf(reader: SchemaReader, operation: Values): EndpointDetail['responses'] {
  return Object.entries(valuesIn(operation.responses))
    .filter(([status]) => /^([1-5](\d\d|XX)|default)$/i.test(status))
    .slice(0, MAX_RESPONSES)
    .map(([status, written]) => {
      const given = reader.resolve(written);
      const text = plainLine(given.description, TEXT.field);
      reader.take(text);
      return { status, text, contents: contentsOf(reader, given.content, 'response') };
    });
}

/** In the order of the document's tags, then as the endpoints name them; those without a tag come last. */
function byTag(endpoints: Endpoint[], tags: unknown): Endpoint[] {
  const named = listIn(tags).map((tag) => plainLine(valuesIn(tag).name, TEXT.tag));
  const order = [...new Set([...named, ...endpoints.map(({ tag }) => tag)])].filter((tag) => tag !== '');
  const places = new Map(order.map((tag, place) => [tag, place]));
  const placeOf = ({ tag }: Endpoint) => places.get(tag) ?? order.length;
  return endpoints.sort((a, b) => placeOf(a) - placeOf(b));
}
