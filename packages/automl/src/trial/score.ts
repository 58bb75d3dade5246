/** Predictions or a score that are not numbers: the trial fails as `nan`. */
export class NotANumber extends Error {}
