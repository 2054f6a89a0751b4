/** Somebody who answers the questions of `pi-worker init` without a terminal. */

import type { Choice, Interviewee } from '../../src/cli/init-interview.js'

const MOST_QUESTIONS = 200

/** Answers with what is given, in this order; `undefined` takes what is suggested, or the first choice. */
export class Scripted implements Interviewee {
  readonly told: string[] = []
  readonly asked: string[] = []
  readonly offered: string[][] = []
  readonly suggested: Record<string, string> = {}
  readonly #answers: (string | undefined)[]

  constructor(...answers: (string | undefined)[]) {
    this.#answers = answers
  }

  async choose(question: string, choices: readonly Choice[]): Promise<string> {
    this.#heard(question)
    this.offered.push(choices.map(({ value }) => value))
    return this.#answers.shift() ?? (choices[0]?.value as string)
  }

  async text(question: string, suggestion: string, wrong: (answer: string) => string | undefined): Promise<string> {
    this.suggested[/[\w.]+(?=\?)/.exec(question)?.[0] ?? question] = suggestion
    for (;;) {
      this.#heard(question)
      const answer = this.#answers.shift() ?? suggestion
      const reason = wrong(answer)
      if (reason === undefined) return answer
      this.told.push(reason)
    }
  }

  tell(text: string): void {
    this.told.push(text)
  }

  /** Who is asked for ever goes away. */
  #heard(question: string): void {
    this.asked.push(question)
    if (this.asked.length > MOST_QUESTIONS) throw new Error(`asked for ever: ${question}`)
  }
}
