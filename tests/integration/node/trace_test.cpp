// One trace from the front end's call to what comes of it.
#include "tests/integration/node/placement.h"

namespace status::test {
namespace {

using Traces = PlacedNodes;

TEST_P(Traces, AnEventCarriesTheTraceOfTheCallThatCausedIt) {
  Node& node = start();
  Node& peer = start();
  const auto introduction = peer.front().call("chat.create_introduction");
  ASSERT_OK(introduction);
  SystemRandom random;
  const ipc::Trace trace = ipc::Trace::start(random);
  // The event is published during the call, whether the peer can be reached or not.
  ASSERT_OK(node.front().call("chat.create_conversation",
                              Value::map({{"introduction", introduction->string_or("introduction", "")}}),
                              {.trace = trace}));
  const auto event = node.events().wait_for(EventLog::topic("chat.conversation_created"), kPatience);
  ASSERT_TRUE(event);
  ASSERT_TRUE(event->trace) << "the event carries no trace";
  const auto carried = ipc::Trace::unpack(event->trace->bytes);
  ASSERT_TRUE(carried);
  EXPECT_EQ(carried->id_hex(), trace.id_hex());
}

INSTANTIATE_TEST_SUITE_P(Node, Traces, testing::Values(Placement::processes, Placement::one_process), placement_name);

}  // namespace
}  // namespace status::test
