// Values that the product of every test has.

export const TEST_SECRET_KEY = Buffer.alloc(32, 7).toString('base64');
/** bcrypt's cheapest, so that a test of a hundred passwords ends. */
export const TEST_PASSWORD_COST = 4;
/** For operations without a Slack. */
export const NO_PEOPLE = { actorOf: () => Promise.reject(new Error('there is no Slack here')) };
