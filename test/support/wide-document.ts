// An OpenAPI document that strains the pages of the reference: many endpoints, names that are long and have no gaps, some
// deprecated, some without a word of description.

const LONG = 'aVeryLongNameThatNoPersonWouldTypeButThatGeneratorsWriteWithoutAGapOrAnEnd';
const schema = {
  type: 'object',
  properties: { [LONG]: { type: 'string' }, short: { $ref: `#/components/schemas/${LONG}` } },
};
const strained = {
  operationId: 'strained',
  tags: ['Things'],
  deprecated: true,
  parameters: [
    { name: 'thingId', in: 'path', required: true, schema: { type: 'string' } },
    { name: `X-${LONG}`, in: 'header', required: true, schema: { type: 'string' } },
  ],
  requestBody: { content: { 'application/json': { schema } } },
  responses: {
    200: { description: LONG, content: { 'application/json': { schema } } },
    404: { description: '' },
  },
};

export const WIDE_TEXT = JSON.stringify({
  openapi: '3.0.3',
  info: { title: 'Wide', version: '1' },
  paths: {
    [`/things/{thingId}/${LONG}`]: { post: strained },
    ...Object.fromEntries(
      Array.from({ length: 199 }, (_, at) => [
        `/things/${at}`,
        {
          get: {
            summary: at % 2 ? `Read thing ${at}` : '',
            tags: ['Things'],
            responses: { 200: { description: 'ok' } },
          },
        },
      ]),
    ),
  },
  components: { schemas: { [LONG]: { type: 'object', properties: { a: { type: 'integer' } } } } },
});
