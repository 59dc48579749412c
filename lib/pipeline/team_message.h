// What the ranks of a sweep say to each other. Rank 0 leads: it alone keeps the folder, gives out
// the work and takes the results.
//
// A member asks and the leader answers, one answer a question, and a member asks nothing before it
// has the answer to the last question. So nobody writes much to who does not answer, and who is
// silent is known to be lost.
#pragma once

#include <cstddef>
#include <string>

namespace splitbench {

enum class TeamWord : char {
  // A member's questions, each of which is also a sign of life.
  kIdle = 'i',    // has nothing to do
  kBusy = 'b',    // is at work
  kResult = 'r',  // has done `task` of `round`, `body` is what came of it; has nothing to do
  kLeave = 'l',   // is about to end before the sweep is over; wants no answer
  // The leader's answers.
  kPrepare = 'p',  // do what `body` says, before all tasks
  kTask = 't',     // do `task` of `round`, which is `body`
  kWait = 'w',     // go on; nothing new
  kEnd = 'e',      // the sweep is over
};

struct TeamMessage {
  TeamWord word = TeamWord::kWait;
  std::size_t round = 0;
  std::size_t task = 0;
  std::string body;
};

std::string team_text(const TeamMessage& message);
// Throws Error{kRuntime} when `text` is no such message.
TeamMessage parse_team_message(const std::string& text);

// How long silence may be, in seconds. To take a member for lost costs little if it is not: its
// task is done twice. To take the leader for lost ends a member.
struct TeamPatience {
  double busy_sign_s = 1;     // between two signs of life of a member at work
  double idle_sign_s = 0.05;  // of one that waits for work
  double pause_s = 0.002;     // between two looks at the messages
  double with_member_s = 10;
  double with_newcomer_s = 60;  // that has yet to read its model
  double with_leader_s = 60;
};

}  // namespace splitbench
