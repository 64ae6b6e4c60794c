#include "ipc/api/stream_types.h"

#include "ipc/wire/limits.h"

namespace status::api {

void StreamRequest::describe(Fields<StreamRequest>& f) {
  f.add("cursor", &StreamRequest::cursor,
        "Where to go on, as the last reply said. Absent: from now on. \"0\": the oldest event that is kept.")
      .length(1, 64);
  f.add("max", &StreamRequest::max, "How many events the reply may have.").range(1, ipc::kMaxPollEvents).optional();
  f.add("wait_ms", &StreamRequest::wait_ms,
        "How long to wait for a first event, in milliseconds; must be less than the deadline of the call. Its expiry "
        "is an "
        "empty success.")
      .range(0, ipc::kMaxPollMs)
      .optional();
  f.add("topics", &StreamRequest::topics,
        "Only these topics, each matched as a whole dotted prefix: `chat` matches `chat.message_received`. Empty: all.")
      .length(1, ipc::kMaxMethod)
      .max_items(64)
      .optional();
  f.add("coalesce", &StreamRequest::coalesce, "Of several events of one topic in a batch, only the newest.").optional();
  f.add("consumer", &StreamRequest::consumer,
        "Name of the reader. Durable streams need it: the cursor passed in is committed as its acknowledgement. A "
        "second "
        "poll of one consumer ends the first with ABORTED.")
      .length(1, 64);
}

void StreamEvent::describe(Fields<StreamEvent>& f) {
  f.add("seq", &StreamEvent::seq, "Number of the event in its stream, growing by one.");
  f.add("time_ms", &StreamEvent::time_ms, "When it happened, in Unix milliseconds.");
  f.add("topic", &StreamEvent::topic, "`<module>.<event>`.");
  f.add("generation", &StreamEvent::generation, "Incarnation of the module that says so.");
  f.add("trace", &StreamEvent::trace, "Trace context of the call that caused it.");
  f.add("data", &StreamEvent::data, "What the topic declares under `x-events`.");
}

void StreamReply::describe(Fields<StreamReply>& f) {
  f.add("events", &StreamReply::events, "In order.");
  f.add("cursor", &StreamReply::cursor, "To pass to the next call; opaque.");
  f.add("lagged", &StreamReply::lagged,
        "How many events are gone because the reader fell behind: read a snapshot again.");
  f.add("reset", &StreamReply::reset,
        "The cursor was of another incarnation of the stream: take a snapshot, then go on from the new cursor.");
}

}  // namespace status::api
