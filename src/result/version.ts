/**
 * Version of the JSON form. Raised when a field changes its meaning or disappears; new fields do not raise it. Apart from the schemas,
 * so that who only makes results carries none of them.
 */
export const resultVersion = 1
